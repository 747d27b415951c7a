using System.Diagnostics;
using MiniRun.Runtime.Cgroups;

namespace MiniRun.Runtime.Tests.Cgroups;

/// <summary>A shell that waits until it is in a cgroup, and then runs a script.</summary>
sealed class CgroupProcess : IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    readonly Process _process;

    CgroupProcess(Process process) => _process = process;

    public int Pid => _process.Id;

    public bool HasEnded => _process.HasExited;

    /// <summary>Starts a script in a cgroup; null for the one that this process is in.</summary>
    public static CgroupProcess Start(ContainerCgroup? cgroup, string script)
    {
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("read go; exec 2>&1; " + script);
        var process = new CgroupProcess(Process.Start(start)!);
        cgroup?.Add(process.Pid, bornInUnified: false);
        process._process.StandardInput.WriteLine();
        return process;
    }

    /// <summary>Runs a script in a cgroup to its end.</summary>
    public static (int ExitCode, string Output) Run(ContainerCgroup? cgroup, string script)
    {
        using var process = Start(cgroup, script);
        var output = process._process.StandardOutput.ReadToEnd();
        return (process.ExitCode(), output.Trim());
    }

    /// <summary>The exit code once it has ended; 128 + signal when a signal ended it.</summary>
    public int ExitCode()
    {
        Assert.True(_process.WaitForExit(Patience), "the process did not end");
        return _process.ExitCode;
    }

    /// <summary>Lets a script go on that waits with <c>read</c>.</summary>
    public void Continue() => _process.StandardInput.WriteLine();

    public string ReadLine() => _process.StandardOutput.ReadLine() ?? "";

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }
}
