using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Demos;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Engine;

/// <summary>Has demonstrations given by the native program: this process has many threads and never clones.</summary>
sealed class DemoRunner(string program, CgroupLayout layout, TimeProvider time) : IDemoRunner
{
    /// <summary>Each of them takes about a second at most.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    DemoDescription? _running;

    public IReadOnlyList<DemoDescription> Demos => DemoCatalogue.All;

    public IDemoRun Start(string name)
    {
        var demo = DemoCatalogue.Find(name)
            ?? throw new EngineException(EngineError.NotFound, $"No demonstration is named \"{name}\"; there are {DemoCatalogue.Names}.");
        if (Interlocked.CompareExchange(ref _running, demo, null) is { } running)
        {
            throw new EngineException(EngineError.Busy, $"The demonstration {running.Name} runs, and a host gives one at a time; try again in a moment.");
        }

        SafeFileHandle? output = null;
        try
        {
            (output, var input) = Pipes.Create();
            using (input)
            {
                // Nothing of the panel's own environment reaches it (SECURITY R20).
                var pid = Spawn.Start(program, ["minirun-runtime", "demo", name, "--format", "json", "--output", "3"], [], Files.Number(input));
                return new DemoRun(pid, output, layout, time, Limit, () => Volatile.Write(ref _running, null));
            }
        }
        catch
        {
            output?.Dispose();
            Volatile.Write(ref _running, null);
            throw;
        }
    }
}
