using System.Runtime.InteropServices;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Seccomp;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Sandbox;

/// <summary>A container's filter of system calls, and the agent that decides about those which the filter leaves to it.</summary>
static class SeccompAgent
{
    /// <summary>The filter of a configuration; null when it has none.</summary>
    /// <param name="warnings">Takes the calls that this runtime does not know.</param>
    /// <exception cref="SpecException">The profile cannot be used.</exception>
    public static SeccompProgram? Filter(LinuxSpec linux, List<string> warnings)
    {
        if (linux.SeccompDocument is not { } document)
        {
            return null;
        }

        var program = new SeccompCache(SeccompCache.DefaultPath, RuntimeInformation.ProcessArchitecture).Load(document, out var unknown);
        if (unknown.Count > 0)
        {
            warnings.Add($"$.linux.seccomp.syscalls: calls unknown to this runtime are left out: {string.Join(", ", unknown)}");
        }

        return program;
    }

    /// <summary>Hands the listener of a child that has loaded its filter to the agent, and lets the child go on.</summary>
    /// <param name="state">The container's state as the specification has it.</param>
    /// <exception cref="SpecException">Nobody listens at the profile's listenerPath, or not long enough.</exception>
    public static unsafe void Introduce(Launch launch, LaunchMemory memory, Register listener, RuntimeConfig config, byte[] state)
    {
        using var descriptor = Processes.TakeDescriptor(launch.Process.PidFd, (int)memory.Registers[listener.Index]);
        var profile = SeccompReader.Read(config.Linux.SeccompDocument);
        try
        {
            SeccompNotify.Send(profile, descriptor, config.OciVersion, launch.Process.Pid, state);
        }
        catch (KernelException e)
        {
            throw new SpecException(
                "$.linux.seccomp.listenerPath", $"the agent at \"{profile.ListenerPath}\" cannot be told ({e.Errno.Describe()}); it must listen before the container is created");
        }

        launch.Release();
    }
}
