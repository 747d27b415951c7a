using CsCheck;
using MiniRun.Runtime.Demos;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Tests.Demos;

public sealed class NarratorTests
{
    [Fact]
    public void A_fact_in_json_is_one_line_and_comes_back_whole() =>
        Gen.Select(Gen.String, Gen.String.Null(), Gen.Long.Nullable()).Sample((text, result, microseconds) =>
        {
            // What no text of the kernel holds: half of a surrogate pair.
            if ((text + result).Any(char.IsSurrogate))
            {
                return;
            }

            var line = Narrator.Json(new DemoFact(FactKind.Call, text, "getpid()", microseconds, result));
            Assert.Equal(line.Length - 1, line.AsSpan().IndexOf((byte)'\n'));
            var fact = System.Text.Json.JsonDocument.Parse(line).RootElement;
            Assert.Equal(text, fact.GetProperty("text").GetString());
            Assert.Equal(result, fact.TryGetProperty("result", out var written) ? written.GetString() : null);
            Assert.Equal(microseconds, fact.TryGetProperty("microseconds", out var time) ? time.GetInt64() : null);
        });

    [Theory]
    [InlineData(FactKind.Say, null, null, null, "\nA sentence.\n")]
    [InlineData(FactKind.Change, null, null, "held", "change  A sentence.\n")]
    [InlineData(FactKind.Error, null, null, null, "error   A sentence.\n")]
    [InlineData(FactKind.Call, "chroot(\"/tmp\")", 17, "EPERM", "\ncall    chroot(\"/tmp\") = EPERM   [17 us]\n        A sentence.\n")]
    [InlineData(FactKind.Inside, "getpid", null, "1", "inside  getpid: 1\n        A sentence.\n")]
    public void A_fact_for_people_begins_with_its_kind(string kind, string? call, int? microseconds, string? result, string text) =>
        Assert.Equal(text, Narrator.Plain(new DemoFact(kind, "A sentence.", call, microseconds, result)));

    [Fact]
    public void What_is_told_arrives_at_once_in_the_order_of_the_telling()
    {
        var (read, write) = Pipes.Create();
        using (read)
        using (write)
        {
            var narrator = new Narrator(write, json: true);
            narrator.Say("One.");
            narrator.Change("Two.", "held");
            narrator.Call("getpid()", "Three.", 1999, -(long)Errno.EAGAIN);
            narrator.Host("Four.", "getpid", 7);
            narrator.Inside("Five.", "getppid", 0);
            narrator.Error("Six.");
            var buffer = new byte[4096];
            var text = System.Text.Encoding.UTF8.GetString(buffer, 0, Files.Read(read, buffer));
            Assert.Equal(
                """
                {"kind":"say","text":"One."}
                {"kind":"change","text":"Two.","result":"held"}
                {"kind":"call","text":"Three.","call":"getpid()","microseconds":1,"result":"EAGAIN"}
                {"kind":"host","text":"Four.","call":"getpid","result":"7"}
                {"kind":"inside","text":"Five.","call":"getppid","result":"0"}
                {"kind":"error","text":"Six."}

                """,
                text);
        }
    }
}
