using System.Globalization;
using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Sandbox;

static partial class ContainerProcess
{
    static Launch Clone(LaunchMemory memory, LaunchSync sync, LinuxSpec linux, JoinedNamespaces joined, SafeFileHandle? birthplace)
    {
        using var children = ChildNamespaces.Prepare(linux, joined);
        return Launcher.Clone(memory, sync, ContainerPlan.ClonedNamespaces(linux), birthplace);
    }

    /// <summary>The parent's part in the namespaces, before the child goes on.</summary>
    static void FinishNamespaces(Launch launch, LaunchMemory memory, LinuxSpec linux)
    {
        if (ContainerPlan.TellsOfNamespaces(linux))
        {
            launch.AwaitPause(new LaunchPlan(memory));
        }

        if (ContainerPlan.ContinuesInChild(linux))
        {
            launch.Adopt();
        }

        if (linux.IsNew("user"))
        {
            UserMappings.Write(launch.Process.Pid, linux);
        }
    }

    static SafeFileHandle NetworkOf(Launch launch, JoinedNamespaces joined) =>
        Files.OpenPath(
            joined.Descriptors.TryGetValue("network", out var descriptor)
                ? string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{descriptor}")
                : string.Create(CultureInfo.InvariantCulture, $"/proc/{launch.Process.Pid}/ns/net"),
            Open.ReadOnly);
}
