using System.Runtime.InteropServices;
using System.Text;
using MiniRun.Runtime.Seccomp;
using MiniRun.Runtime.Spec;
using Processor = System.Runtime.InteropServices.Architecture;

namespace MiniRun.Runtime.Tests.Seccomp;

/// <summary>Needs root: only what root alone can have written is trusted.</summary>
[Trait("Category", "Integration")]
public sealed partial class SeccompCacheTests : IDisposable
{
    readonly TemporaryFolder _place = new();

    SeccompCache Cache => new(_place["cache"], Processor.X64);

    public void Dispose() => _place.Dispose();

    [Fact]
    public void The_second_start_finds_the_program_of_the_first()
    {
        var first = Cache.Load(Profile(5), out var unknown);
        Assert.Equal(["warp"], unknown);
        Assert.Equal(Expected(5), first.Instructions.ToArray());
        var entry = Assert.Single(Entries());
        Assert.Equal((UnixFileMode)0b111_000_000, File.GetUnixFileMode(_place["cache"]));
        Assert.Equal((UnixFileMode)0b110_000_000, File.GetUnixFileMode(entry));

        // A mark in the stored program shows whether it is used.
        Mark(entry);
        var second = Cache.Load(Profile(5), out unknown);
        Assert.Empty(unknown);
        Assert.Equal((byte)0x77, second.Instructions[^1]);
        Assert.Equal(first.Flags, second.Flags);
        Assert.Equal(first.Length, second.Length);
        Assert.True(second.NeedsListener);
    }

    [Fact]
    public void A_profile_that_differs_in_one_byte_has_a_program_of_its_own()
    {
        Load(5);
        Assert.Equal(Expected(6), Load(6));
        Assert.Equal(2, Entries().Length);
    }

    [Fact]
    public void An_entry_of_another_profile_under_the_same_name_is_not_used()
    {
        Load(5);
        Load(6);
        var (five, six) = (EntryOf(5), EntryOf(6));
        File.Copy(six, five, overwrite: true);
        Assert.Equal(Expected(5), Load(5));
        // It was written anew.
        Mark(EntryOf(5));
        Assert.NotEqual(Expected(5), Load(5));
    }

    [Fact]
    public void A_program_for_another_processor_or_of_another_compiler_is_not_used()
    {
        new SeccompCache(_place["cache"], Processor.Arm64).Load(Profile(5), out _);
        Assert.Equal(Expected(5), Load(5));
        Change(EntryOf(5), bytes => bytes[8]++);
        Assert.Equal(Expected(5), Load(5));
        Change(EntryOf(5), bytes => bytes[0]++);
        Assert.Equal(Expected(5), Load(5));
        Change(EntryOf(5), bytes => bytes[20]--);
        Assert.Equal(Expected(5), Load(5));
    }

    [Fact]
    public void Entries_that_somebody_else_could_have_written_are_not_used()
    {
        foreach (var spoil in (Action<string>[])[
            entry => File.SetUnixFileMode(entry, (UnixFileMode)0b110_010_000), entry => File.SetUnixFileMode(entry, (UnixFileMode)0b110_000_010), Chown,
            _ => File.SetUnixFileMode(_place["cache"], (UnixFileMode)0b111_111_111), _ => Chown(_place["cache"]), MakeLink])
        {
            Load(5);
            var entry = EntryOf(5);
            Mark(entry);
            // The control: before it is spoilt, the entry is used.
            Assert.NotEqual(Expected(5), Load(5));
            spoil(entry);
            Assert.Equal(Expected(5), Load(5));
            Directory.Delete(_place["cache"], recursive: true);
        }
    }

    [Fact]
    public void A_truncated_entry_or_one_too_long_is_not_used()
    {
        for (var length = 0; length < 900; length += 7)
        {
            Load(5);
            var entry = EntryOf(5);
            var bytes = File.ReadAllBytes(entry);
            File.WriteAllBytes(entry, length < bytes.Length ? bytes[..length] : [.. bytes, .. new byte[length - bytes.Length]]);
            if (length != bytes.Length)
            {
                Assert.Equal(Expected(5), Load(5));
            }
        }
    }

    [Fact]
    public void Where_nothing_can_be_written_every_start_compiles()
    {
        File.WriteAllText(_place["file"], "");
        var cache = new SeccompCache(_place["file/cache"], Processor.X64);
        Assert.Equal(Expected(5), cache.Load(Profile(5), out _).Instructions);
        Assert.Equal(Expected(5), cache.Load(Profile(5), out _).Instructions);
    }

    [Fact]
    public void The_oldest_of_too_many_entries_go_and_leftovers_with_them()
    {
        Directory.CreateDirectory(_place["cache"], (UnixFileMode)0b111_000_000);
        File.WriteAllText(_place["cache/0123456789abcdef.999"], "left behind");
        File.SetLastWriteTimeUtc(_place["cache/0123456789abcdef.999"], DateTime.UnixEpoch);
        for (var errno = 1; errno <= SeccompCache.MaximumEntries; errno++)
        {
            Load(errno);
            File.SetLastWriteTimeUtc(EntryOf(errno), DateTime.UnixEpoch.AddSeconds(errno));
        }

        Assert.Equal(SeccompCache.MaximumEntries, Entries().Length);
        Assert.DoesNotContain(Entries(), entry => entry.EndsWith(".999", StringComparison.Ordinal));
        Load(99);
        Assert.Equal(SeccompCache.MaximumEntries, Entries().Length);
        Assert.False(File.Exists(EntryOf(1)));
        Assert.True(File.Exists(EntryOf(2)));
        Assert.True(File.Exists(EntryOf(99)));
    }

    [Fact]
    public void A_profile_that_cannot_be_used_is_an_error_and_leaves_nothing()
    {
        Assert.Throws<SpecException>(() => Cache.Load("{}"u8, out _));
        Assert.False(Directory.Exists(_place["cache"]));
    }

    [Fact]
    public void A_changed_compiler_has_another_version()
    {
        // Cached programs of an older build would be used otherwise. Raise CompilerVersion, then accept the golden file.
        SeccompSpec[] specs =
        [
            DefaultProfile.For(0, Processor.X64), DefaultProfile.For(ulong.MaxValue, Processor.Arm64), SeccompReader.Read(Profile(5)),
            Profiles.Of(SeccompAction.Allow, [.. Enum.GetValues<SeccompOperator>().Select((comparison, index) => Profiles.Fail("read", (uint)index + 2).When(1, comparison, 0x5_0000_0007, 6).When(3, comparison, 9, 1))]),
        ];
        var hash = Convert.ToHexString(System.Security.Cryptography.SHA256.HashData([.. specs.SelectMany(spec => new[] { Processor.X64, Processor.Arm64 }.SelectMany(processor => spec.Compile(processor).Instructions.ToArray()))]));
        const string File = "Seccomp/Golden/compiler.version";
        var (known, now) = (System.IO.File.ReadAllText($"{Repository.Root}/tests/MiniRun.Runtime.Tests/{File}"), $"{SeccompCacheEntry.CompilerVersion} {hash}\n");
        if (known != now && known.StartsWith($"{SeccompCacheEntry.CompilerVersion} ", StringComparison.Ordinal))
        {
            Assert.Fail("the compiler makes other programs than before: raise SeccompCacheEntry.CompilerVersion");
        }

        Golden.Matches(File, now);
    }

    static byte[] Profile(int errno) => Encoding.UTF8.GetBytes(
        $$"""
        {
          "defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"], "listenerPath": "/run/agent",
          "syscalls": [
            { "names": ["mkdir", "warp"], "action": "SCMP_ACT_ERRNO", "errnoRet": {{100 + errno}} },
            { "names": ["rmdir"], "action": "SCMP_ACT_NOTIFY" }
          ]
        }
        """);

    static byte[] Expected(int errno) => SeccompReader.Read(Profile(errno)).Compile().Instructions.ToArray();

    byte[] Load(int errno) => Cache.Load(Profile(errno), out _).Instructions.ToArray();

    string[] Entries() => Directory.GetFiles(_place["cache"]);

    string EntryOf(int errno) => _place["cache/" + SeccompCacheEntry.Name(Profile(errno))];

    static void Change(string entry, Action<byte[]> change)
    {
        var bytes = File.ReadAllBytes(entry);
        change(bytes);
        File.WriteAllBytes(entry, bytes);
    }

    /// <summary>Changes the last byte of the program, in the operand of its last instruction.</summary>
    static void Mark(string entry) => Change(entry, bytes => bytes[^(Profile(5).Length + 1)] = 0x77);

    static void Chown(string path) => Assert.Equal(0, chown(path, 65534, 65534));

    void MakeLink(string entry)
    {
        File.Move(entry, _place["elsewhere"]);
        File.CreateSymbolicLink(entry, _place["elsewhere"]);
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int chown(string path, int uid, int gid);
}
