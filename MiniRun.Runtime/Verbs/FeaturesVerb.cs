using MiniRun.Runtime.Cgroups.Systemd;
using MiniRun.Runtime.Sandbox;
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
            SeccompArchitectures = ["SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM", "SCMP_ARCH_X32", "SCMP_ARCH_X86", "SCMP_ARCH_X86_64"],
            SeccompFlags = SeccompReader.Flags,
            Systemd = true,
            UnsafeAnnotations = [AnnotatedProperties.Prefix],
            Annotations = new Dictionary<string, string> { ["org.opencontainers.runtime-spec.version"] = Verb.SpecVersion, ["minirun.version"] = Verb.Version },
        });
        Standard.Print([.. document, (byte)'\n']);
        return 0;
    }
}
