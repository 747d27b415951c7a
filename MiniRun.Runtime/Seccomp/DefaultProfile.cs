using System.Runtime.InteropServices;
using System.Text.Json;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Seccomp;

/// <summary>The profile of containers that bring none: in effect Docker's, as our own table in default.json.</summary>
/// <remarks>Docker's only condition on the kernel, Linux 4.8, holds wherever this program runs.</remarks>
static class DefaultProfile
{
    const string Resource = "MiniRun.Runtime.Seccomp.default.json";

    /// <summary>The object linux.seccomp for the capabilities that containers have by default, as JSON.</summary>
    public static byte[] Document() =>
        SeccompWriter.Write(For(Capabilities.Mask([.. Hardening.Capabilities]), RuntimeInformation.ProcessArchitecture));

    /// <param name="capabilities">Of the container, a bit for each: what they allow the profile does not forbid.</param>
    /// <param name="processor">Of the machine.</param>
    public static SeccompSpec For(ulong capabilities, Architecture processor)
    {
        var name = processor is Architecture.Arm64 ? "SCMP_ARCH_AARCH64" : "SCMP_ARCH_X86_64";
        using var stream = typeof(DefaultProfile).Assembly.GetManifestResourceStream(Resource)!;
        using var document = JsonDocument.Parse(stream);
        var root = document.RootElement;
        var otherwise = root.GetProperty("default");
        var profile = new SeccompSpec
        {
            DefaultAction = (SeccompAction)Place(otherwise.GetProperty("action"), SeccompReader.Actions),
            DefaultErrno = otherwise.GetProperty("errno").GetUInt32(),
            Architectures = Strings(root.GetProperty("processors").GetProperty(name)),
        };
        var allowed = new List<string>();
        foreach (var group in root.GetProperty("groups").EnumerateArray())
        {
            if (!Applies(group, capabilities, name))
            {
                continue;
            }

            if (group.TryGetProperty("refuse", out var refused))
            {
                profile.Rules.Add(new SeccompRule(Strings(refused), SeccompAction.Errno, group.GetProperty("errno").GetUInt32(), []));
            }
            else if (group.TryGetProperty("where", out var condition))
            {
                profile.Rules.Add(new SeccompRule(Strings(group.GetProperty("allow")), SeccompAction.Allow, null, [Condition(condition)]));
            }
            else
            {
                allowed.AddRange(Strings(group.GetProperty("allow")));
            }
        }

        profile.Rules.Insert(0, new SeccompRule([.. allowed.Distinct()], SeccompAction.Allow, null, []));
        return profile;
    }

    static bool Applies(JsonElement group, ulong capabilities, string processor) =>
        (!group.TryGetProperty("processor", out var only) || only.GetString() == processor)
        && (!group.TryGetProperty("with", out var needed) || Has(capabilities, needed))
        && (!group.TryGetProperty("without", out var missing) || !Has(capabilities, missing));

    static bool Has(ulong capabilities, JsonElement name) => (capabilities & Capabilities.Mask(name.GetString()!)) != 0;

    static SeccompCondition Condition(JsonElement where)
    {
        var value = where.GetProperty("value").GetUInt64();
        var comparison = (SeccompOperator)Place(where.GetProperty("is"), SeccompReader.Operators);
        return where.TryGetProperty("mask", out var mask)
            ? new SeccompCondition(where.GetProperty("argument").GetUInt32(), mask.GetUInt64(), value, comparison)
            : new SeccompCondition(where.GetProperty("argument").GetUInt32(), value, 0, comparison);
    }

    static int Place(JsonElement name, string[] names) => Array.IndexOf(names, name.GetString());

    static List<string> Strings(JsonElement array) => [.. array.EnumerateArray().Select(static name => name.GetString()!)];
}
