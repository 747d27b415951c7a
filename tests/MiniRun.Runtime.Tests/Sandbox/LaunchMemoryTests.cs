using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox;
using MiniRun.Runtime.Sandbox.Timeline;

namespace MiniRun.Runtime.Tests.Sandbox;

public sealed unsafe class LaunchMemoryTests : IDisposable
{
    readonly TemporaryFolder _place = new();
    readonly Folder _folder;

    public LaunchMemoryTests() => _folder = Folder.Open(_place.Path);

    public void Dispose()
    {
        _folder.Dispose();
        _place.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Nobody_reads_a_launch_before_all_of_it_is_saved(bool reportsToFile)
    {
        using var memory = reportsToFile ? LaunchMemory.Create(_folder) : LaunchMemory.Create();
        Write(memory);
        Assert.Null(LaunchMemory.Open(_folder));
        Assert.Null(TimelineReader.Read(_folder));
        memory.Save(_folder);
        Assert.Equal(["chdir(\"/srv\")", "umask(00)"], TimelineReader.Read(_folder)!.Steps.Select(step => step.Text));
    }

    [Fact]
    public void What_a_child_reports_after_the_saving_is_seen()
    {
        using var memory = LaunchMemory.Create(_folder);
        Write(memory);
        memory.Save(_folder);
        memory.Records[0] = new StepRecord { FinishedAt = 1_000, Result = 0 };
        Assert.Equal(StepOutcome.Done, TimelineReader.Read(_folder)!.Steps[0].Outcome);
    }

    static void Write(LaunchMemory memory)
    {
        var plan = new PlanBuilder(memory);
        plan.ChangeFolder("/srv");
        plan.SetUmask(0);
        _ = plan.Build();
    }
}
