using System.Text;
using System.Text.RegularExpressions;
using CsCheck;
using MiniRun.Runtime.Engine;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox.Monitoring;

namespace MiniRun.Runtime.Tests.Sandbox.Monitoring;

public sealed partial class LogWriterTests : IDisposable
{
    readonly TemporaryFolder _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public void A_line_is_time_stream_tag_and_content()
    {
        using (var log = new LogWriter(_place.Folder))
        {
            log.Append(1, "hello\n\nwörld\r\n"u8);
            log.Append(2, "bad\n"u8);
        }

        var lines = _place.Read("log").Split('\n');
        Assert.All(lines[..^1], line => Assert.Matches(Rule, line));
        Assert.Equal(["stdout F hello", "stdout F ", "stdout F wörld\r", "stderr F bad", ""], lines.Select(Content));
        Assert.Equal((UnixFileMode)0b110_000_000, File.GetUnixFileMode(_place["log"]));
    }

    [Fact]
    public void The_streams_do_not_mix_within_a_line()
    {
        using (var log = new LogWriter(_place.Folder))
        {
            log.Append(1, "out "u8);
            log.Append(2, "err "u8);
            log.Append(1, "put\n"u8);
            log.Append(2, "or\n"u8);
        }

        Assert.Equal(["stdout F out put", "stderr F err or"], Contents());
    }

    [Fact]
    public void What_has_begun_is_written_when_nothing_follows()
    {
        using var log = new LogWriter(_place.Folder);
        log.Append(1, "$ "u8);
        Assert.True(log.HasParts);
        Assert.False(File.Exists(_place["log"]));
        log.FlushParts();
        Assert.False(log.HasParts);
        log.Append(1, "ls\n"u8);
        Assert.Equal(["stdout P $ ", "stdout F ls"], Contents());
        log.FlushParts();
        Assert.Equal(2, Contents().Count);
    }

    [Fact]
    public void A_long_line_is_split_into_parts()
    {
        using (var log = new LogWriter(_place.Folder))
        {
            log.Append(1, new byte[LogWriter.MaximumContent - 1].AsSpan());
            log.Append(1, "ab\n"u8);
            log.Append(1, Encoding.ASCII.GetBytes(new string('x', LogWriter.MaximumContent) + "\n" + new string('y', 40_000) + "\n"));
        }

        Assert.Equal(
            [("P", 16384), ("F", 1), ("F", 16384), ("P", 16384), ("P", 16384), ("F", 7232)],
            Contents().Select(line => (line[7..8], line.Length - 9)));
    }

    [Fact]
    public void The_log_goes_on_where_an_earlier_run_ended()
    {
        for (var run = 0; run < 2; run++)
        {
            using var log = new LogWriter(_place.Folder);
            log.Append(1, "run\n"u8);
        }

        Assert.Equal(["stdout F run", "stdout F run"], Contents());
    }

    [Fact]
    public void Five_files_of_ten_MiB_are_kept()
    {
        // 76 MB of output: more than five files hold.
        var line = Encoding.ASCII.GetBytes(new string('z', 9_990) + "\n");
        var written = 0;
        using (var log = new LogWriter(_place.Folder))
        {
            for (; written < 7_500; written++)
            {
                log.Append(1, line);
            }

            log.Append(1, "last\n"u8);
        }

        Assert.Equal(["log", "log.1", "log.2", "log.3", "log.4"], _place.Names);
        foreach (var name in _place.Names)
        {
            Assert.InRange(new FileInfo(_place[name]).Length, 1, LogWriter.MaximumFileSize);
            Assert.Equal((byte)'\n', File.ReadAllBytes(_place[name])[^1]);
        }

        Assert.All(_place.Names.Skip(1), name => Assert.InRange(new FileInfo(_place[name]).Length, LogWriter.MaximumFileSize - 10_100, LogWriter.MaximumFileSize));
        Assert.EndsWith("last\n", _place.Read("log"), StringComparison.Ordinal);
        Assert.StartsWith("20", File.ReadLines(_place["log"]).First(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_rotation_that_the_disk_refuses_costs_nothing_but_the_limit()
    {
        _place.Write("log.3", "old");
        Directory.CreateDirectory(_place["log.4/in-the-way"]);
        using var log = new LogWriter(_place.Folder);
        var line = Encoding.ASCII.GetBytes(new string('z', 9_990) + "\n");
        for (var i = 0; i < 1_100; i++)
        {
            log.Append(1, line);
        }

        log.Append(1, "last\n"u8);
        Assert.EndsWith(" stdout F last\n", _place.Read("log"), StringComparison.Ordinal);
        Assert.Equal(1_101, File.ReadLines(_place["log"]).Count());
    }

    [Fact]
    public void Every_byte_is_found_again_in_the_parts_of_its_stream()
    {
        var bytes = Gen.OneOf(Gen.Byte.Array[0, 60], Gen.Int[16_380, 16_390].Select(n => new byte[n]), Gen.Const("\n"u8.ToArray()), Gen.Const("a\nb\n"u8.ToArray()));
        Gen.Select(Gen.Byte[1, 2], bytes, Gen.Bool).Array[0, 12].Sample(
            writes =>
            {
                using var place = new TemporaryFolder();
                using (var log = new LogWriter(place.Folder))
                {
                    foreach (var (stream, content, pause) in writes)
                    {
                        log.Append(stream, content);
                        if (pause)
                        {
                            log.FlushParts();
                        }
                    }
                }

                foreach (var stream in (OutputStream[])[OutputStream.Stdout, OutputStream.Stderr])
                {
                    var expected = writes.Where(w => w.Item1 == (byte)stream).SelectMany(w => w.Item2).ToArray();
                    Assert.Equal(expected, Content(place.Folder.TryRead("log") ?? [], stream));
                }
            },
            iter: 150);
    }

    [Fact, Trait("Category", "Integration")]
    public void A_full_disk_loses_output_and_says_how_much()
    {
        using var disk = SmallDisk.Mount(_place["disk"], "64k");
        using var folder = Folder.Open(_place["disk"]);
        using var log = new LogWriter(folder);
        folder.Write("ballast", new byte[40_000]);
        var line = Encoding.ASCII.GetBytes(new string('a', 1_000) + "\n");
        for (var i = 0; i < 100; i++)
        {
            log.Append(1, line);
        }

        folder.Delete("ballast");
        log.Append(1, "after\n"u8);
        var lines = _place.Read("disk/log").Split('\n');
        Assert.Equal("stdout F after", Content(lines[^2]));
        var lost = LostRule.Match(lines[^3]);
        Assert.True(lost.Success, lines[^3]);
        var whole = lines.Count(l => l.EndsWith("aaaa", StringComparison.Ordinal) && l.Length == 40 + 1_000);
        Assert.InRange(whole, 1, 99);
        // A record is 40 bytes of prefix, the content and a line feed; one of them may have been cut and not be counted again.
        Assert.InRange(int.Parse(lost.Groups["bytes"].Value, System.Globalization.CultureInfo.InvariantCulture), (99 - whole) * 1_041, (100 - whole) * 1_041);
    }

    List<string> Contents() => [.. File.ReadLines(_place["log"]).Select(Content)];

    static string Content(string line) => line.Length == 0 ? "" : line[(Timestamp.Length + 1)..];

    static byte[] Content(byte[] log, OutputStream stream)
    {
        var content = new List<byte>();
        for (var rest = log.AsSpan(); !rest.IsEmpty;)
        {
            var end = rest.IndexOf((byte)'\n');
            Assert.True(LogRecord.TryParse(rest[..end], out var record));
            if (record.Stream == stream)
            {
                content.AddRange(record.Content);
                if (!record.IsPart)
                {
                    content.Add((byte)'\n');
                }
            }

            rest = rest[(end + 1)..];
        }

        return [.. content];
    }

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z (stdout|stderr) [FP] ", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Rule { get; }

    [GeneratedRegex(@" stderr F \[minirun: the disk was full, lost bytes of log: (?<bytes>\d+)\]$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LostRule { get; }
}
