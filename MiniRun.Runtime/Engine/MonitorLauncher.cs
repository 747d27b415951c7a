using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox.Monitoring;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Engine;

/// <summary>Starts monitors from the read-only view of the runtime.</summary>
sealed class MonitorLauncher(string program)
{
    const int MaximumReport = 1 << 20;

    /// <summary>Nothing of the panel's own environment reaches a monitor (SECURITY R20).</summary>
    static readonly string[] Environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"];

    /// <summary>Starts a container and waits until it runs or has failed.</summary>
    /// <returns>The monitor's report, and a descriptor of the monitor, which is a child to be reaped.</returns>
    public async Task<(ReadyReport Report, SafeFileHandle Monitor)> StartAsync(string id, string bundle, string run, string cgroup, CancellationToken cancellationToken)
    {
        var (read, write) = Pipes.Create();
        using (read)
        {
            int pid;
            using (write)
            {
                pid = Spawn.Start(
                    program,
                    ["minirun-runtime", "monitor", "--id", id, "--bundle", bundle, "--run", run, "--cgroup", cgroup, "--ready", "3"],
                    Environment,
                    Files.Number(write));
            }

            var monitor = Processes.OpenPidFd(pid);
            try
            {
                // The pipe ends when the report is complete, or with the monitor: this cannot wait for ever on a dead one.
                var message = await Task.Run(() => ReadToEnd(read), CancellationToken.None).WaitAsync(cancellationToken);
                return (Understand(message), monitor);
            }
            catch
            {
                Processes.Signal(monitor, Signals.Kill);
                Processes.Reap(monitor, wait: true);
                monitor.Dispose();
                throw;
            }
        }
    }

    static ReadyReport Understand(byte[] message)
    {
        try
        {
            return ReadyReport.Read(message);
        }
        catch (SpecException)
        {
            return new ReadyReport { Error = "the monitor ended before it could start the container; the kernel's log may say why" };
        }
    }

    static byte[] ReadToEnd(SafeFileHandle pipe)
    {
        using var message = new MemoryStream();
        var buffer = new byte[4096];
        for (var count = Files.Read(pipe, buffer); count > 0 && message.Length < MaximumReport; count = Files.Read(pipe, buffer))
        {
            message.Write(buffer, 0, count);
        }

        return message.ToArray();
    }
}
