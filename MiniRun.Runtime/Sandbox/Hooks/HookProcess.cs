using System.Text;
using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Sandbox.Hooks;

/// <summary>One run of one hook: state on standard input, a time limit, and its last words when it fails.</summary>
/// <remarks>Input and output are memory and no pipes: a hook that reads nothing or writes much can hold nobody up.</remarks>
static class HookProcess
{
    const int LongestWords = 2048;

    /// <summary>Runs a hook in the runtime's own namespaces, in the folder of the bundle.</summary>
    /// <returns>Null, or why it failed.</returns>
    public static string? Run(HookSpec hook, string bundle, byte[] state)
    {
        using var input = MemoryFile.Create("state", state);
        using var output = MemoryFile.Create("output", []);
        try
        {
            var pid = Spawn.Start(hook.Path, Arguments(hook), hook.Environment, bundle, Files.Number(input), Files.Number(output));
            using var process = Processes.OpenPidFd(pid);
            return Await(hook, process, output);
        }
        catch (KernelException e)
        {
            return $"{hook.Path} cannot be started: {e.Errno.Describe()}";
        }
    }

    /// <summary>Runs a hook in the namespaces of a container's first process.</summary>
    /// <returns>Null, or why it failed.</returns>
    public static string? RunInside(HookSpec hook, SafeFileHandle container, LinuxSpec linux, byte[] state)
    {
        using var input = MemoryFile.Create("state", state);
        using var output = MemoryFile.Create("output", []);
        using var sync = LaunchSync.Create();
        using var children = linux.Has("pid") ? ChildNamespaces.EnterPids(Files.Number(container)) : default;
        using var memory = LaunchMemory.Create();
        var plan = new PlanBuilder(memory);
        plan.Close(sync.Parent);
        plan.SetParentDeathSignal(Signals.Kill);
        plan.ForbidTracing();
        plan.Enter(Files.Number(container), ContainerNamespaces.Enterable(linux));
        if (linux.Has("user"))
        {
            plan.SetGroup(0);
            plan.SetUser(0);
        }

        foreach (var (from, to) in ((int, int)[])[(Files.Number(input), 0), (Files.Number(output), 1), (Files.Number(output), 2)])
        {
            plan.Duplicate(from, to);
        }

        plan.CloseOnExecFrom(3);
        for (var signal = 1; signal <= Signals.Count; signal++)
        {
            if ((Signals.Ignored() & (1UL << (signal - 1))) != 0)
            {
                plan.ResetSignal(signal);
            }
        }

        plan.UnblockSignals();
        plan.Execute([hook.Path], Arguments(hook), hook.Environment);
        using var written = plan.Build();
        var launch = Launcher.Clone(memory, sync, 0, null);
        using var process = launch.Process;
        try
        {
            launch.AwaitStart(written);
        }
        catch (LaunchException e)
        {
            launch.Abandon();
            return $"{hook.Path} cannot be started: {e.Message}";
        }

        return Await(hook, process.PidFd, output);
    }

    static IReadOnlyList<string> Arguments(HookSpec hook) => hook.Arguments.Count > 0 ? hook.Arguments : [hook.Path];

    static string? Await(HookSpec hook, SafeFileHandle process, SafeFileHandle output)
    {
        if (!Processes.Await(process, hook.Timeout is { } seconds ? seconds * 1000L : -1))
        {
            Processes.Signal(process, Signals.Kill);
            Processes.Reap(process, wait: true);
            return $"{hook.Path} was killed because it took longer than its timeout of {hook.Timeout} s";
        }

        var end = Processes.Reap(process, wait: true)!.Value;
        if (end is { ExitCode: 0, Signal: 0 })
        {
            return null;
        }

        var how = end.Signal != 0 ? $"ended by {Signals.Name(end.Signal)}" : $"exit status {end.ExitCode}";
        return LastWords(output) is { Length: > 0 } words ? $"{how}, output: {words}" : how;
    }

    /// <summary>One line, because an error is one line.</summary>
    static string LastWords(SafeFileHandle output)
    {
        var bytes = MemoryFile.Read(output);
        var last = bytes.AsSpan(Math.Max(bytes.Length - LongestWords, 0));
        return Encoding.UTF8.GetString(last).Trim().ReplaceLineEndings(" / ");
    }
}
