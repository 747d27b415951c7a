using MiniRun.Runtime.Sandbox;
using MiniRun.Runtime.Seccomp;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Verbs;

/// <summary><c>features</c>: prints what this runtime can do (features.md).</summary>
static class FeaturesVerb
{
    public static int Run()
    {
        var document = FeaturesDocument.Write(new RuntimeFeatures
        {
            MountOptions = [.. MountOptionTable.Names.Order(StringComparer.Ordinal)],
            SeccompArchitectures = SyscallAbi.Names,
            SeccompFlags = SeccompFlags.Names,
            Systemd = true,
            Annotations = new Dictionary<string, string> { ["org.opencontainers.runtime-spec.version"] = Verb.SpecVersion, ["minirun.version"] = Verb.Version },
        });
        Standard.Print([.. document, (byte)'\n']);
        return 0;
    }
}
