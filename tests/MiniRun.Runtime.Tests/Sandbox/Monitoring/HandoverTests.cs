using CsCheck;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox.Monitoring;

namespace MiniRun.Runtime.Tests.Sandbox.Monitoring;

public sealed class HandoverTests
{
    [Fact]
    public void It_is_read_as_it_was_written()
    {
        var number = Gen.Int[-1, 1000].Select(n => new Descriptor(n));
        Gen.Select(number.Array[7], Gen.Long, Gen.String[Gen.Char['!', '~'], 0, 40]).Sample((descriptors, startedAt, cgroup) =>
        {
            var handover = new Handover
            {
                Bundle = descriptors[0],
                Run = descriptors[1],
                Listener = descriptors[2],
                Process = descriptors[3],
                Output = descriptors[4],
                Error = descriptors[5],
                Input = descriptors[6],
                StartedAt = startedAt,
                Cgroup = cgroup,
            };
            var words = handover.ToWords();
            Assert.Equal(["minirun-runtime", "watch"], words[..2]);
            Assert.Equal(handover, Handover.Parse(words.AsSpan(1)));
            Assert.Equal(!handover.Error.IsOpen, handover.IsTerminal);
        });
    }

    [Theory]
    [InlineData("watch")]
    [InlineData("watch 1 2 3 4 5 6 7 8")]
    [InlineData("watch 1 2 3 4 5 6 seven 8 minirun/x")]
    [InlineData("watch 1 2 3 4 5 6 7 8 minirun/x more")]
    public void Something_else_is_refused(string line) =>
        Assert.Throws<FormatException>(() => Handover.Parse(line.Split(' ')));
}
