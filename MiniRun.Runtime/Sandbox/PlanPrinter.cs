using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Sandbox;

/// <summary>A step in words.</summary>
/// <param name="Name">The call's name.</param>
/// <param name="Text">The call with its arguments.</param>
/// <param name="Path">The path or text that it is about, if any.</param>
readonly record struct PrintedCall(string Name, string Text, string? Path);

/// <summary>Prints launch plans as readable calls. It decodes the steps themselves, as the kernel will see them, and not
/// what somebody meant to write.</summary>
static unsafe partial class PlanPrinter
{
    /// <summary>The whole plan, a line for each step.</summary>
    public static string Print(LaunchPlan plan)
    {
        var text = new StringBuilder();
        var width = plan.Count.ToString(CultureInfo.InvariantCulture).Length;
        for (var i = 0; i < plan.Count; i++)
        {
            var step = plan[i];
            text.Append((i + 1).ToString(CultureInfo.InvariantCulture).PadLeft(width)).Append("  ");
            if (step.Result >= 0)
            {
                text.Append(plan.Register(step.Result)).Append(" = ");
            }

            text.Append(Call(plan, i).Text);
            AppendBranches(text, step, i);
            text.Append('\n');
        }

        return text.ToString();
    }

    /// <summary>One step.</summary>
    public static PrintedCall Call(LaunchPlan plan, int index)
    {
        var step = plan[index];
        var signature = Signature(step.Number);
        string? path = null;
        var arguments = new string[signature.Kinds.Length];
        for (var i = 0; i < arguments.Length; i++)
        {
            if ((step.RegisterArguments & (1 << i)) != 0)
            {
                arguments[i] = plan.Register((int)step.Arguments[i]);
                continue;
            }

            arguments[i] = Argument(plan.Memory, signature.Kinds[i], step.Arguments[i]);
            if (signature.Kinds[i] is ArgumentKind.Text && arguments[i].Length > 2)
            {
                path ??= arguments[i].Trim('"');
            }
        }

        return new PrintedCall(signature.Name, $"{signature.Name}({string.Join(", ", arguments)})", path);
    }

    static void AppendBranches(StringBuilder text, LaunchStep step, int index)
    {
        var tolerated = new List<string>();
        foreach (var errno in step.Tolerated)
        {
            if (errno != 0)
            {
                tolerated.Add(((Errno)errno).Name());
            }
        }

        if (tolerated.Count > 0)
        {
            text.Append("  ; on ").AppendJoin(" or ", tolerated).Append(step.SkipOnTolerated > 0
                ? string.Create(CultureInfo.InvariantCulture, $" go to {index + 2 + step.SkipOnTolerated}")
                : " go on");
        }

        if (step.SkipOnSuccess > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"  ; then go to {index + 2 + step.SkipOnSuccess}");
        }
    }

    static string Argument(LaunchMemory memory, ArgumentKind kind, ulong value) => kind switch
    {
        ArgumentKind.Text => value == 0 ? "null" : $"\"{Text(memory, value)}\"",
        ArgumentKind.Descriptor => (int)value == Files.CurrentFolder ? "AT_FDCWD" : ((int)value).ToString(CultureInfo.InvariantCulture),
        ArgumentKind.Number => ((long)value).ToString(CultureInfo.InvariantCulture),
        ArgumentKind.Address => string.Create(CultureInfo.InvariantCulture, $"0x{value:x}"),
        ArgumentKind.Mode => FlagNames.Mode((int)value),
        ArgumentKind.Device => Device(value),
        ArgumentKind.ResolveFlags => FlagNames.Resolve(value),
        ArgumentKind.Filesystem => FilesystemMagic.Name(value),
        ArgumentKind.OpenFlags => FlagNames.Open(value),
        ArgumentKind.OpenHow => Opening((OpenHow*)memory.At(value)),
        ArgumentKind.Attributes => $"{{{Changes((MountAttributes*)memory.At(value))}}}",
        ArgumentKind.MountFlags => FlagNames.Attributes(value),
        ArgumentKind.TreeFlags => FlagNames.Tree(value),
        ArgumentKind.NamespaceFlags => FlagNames.Namespaces(value),
        ArgumentKind.ConfigCommand => FlagNames.Config((int)value),
        ArgumentKind.PrctlOption => FlagNames.Prctl((int)value),
        ArgumentKind.Request => FlagNames.Request((int)value),
        ArgumentKind.Signal => Signals.Name((int)value),
        ArgumentKind.Resource => Spec.Rlimits.Name((int)value),
        ArgumentKind.LimitPair => Limits((ulong*)memory.At(value)),
        ArgumentKind.CapabilityData => Capabilities((uint*)memory.At(value)),
        ArgumentKind.CloneArguments => $"{{{FlagNames.Namespaces(((CloneArguments*)memory.At(value))->Flags & Kernel.Namespaces.All)}}}",
        ArgumentKind.Texts => $"[{string.Join(", ", Texts(memory, (ulong*)memory.At(value)).ConvertAll(text => $"\"{text}\""))}]",
        ArgumentKind.Environment => $"[{string.Join(", ", Texts(memory, (ulong*)memory.At(value)).ConvertAll(Variable))}]",
        _ => value == 0 ? "null" : "…",
    };

    static string Changes(MountAttributes* attributes) =>
        string.Join(", ", new[]
        {
            attributes->Set != 0 ? "set " + FlagNames.Attributes(attributes->Set) : "",
            attributes->Clear != 0 ? "clear " + FlagNames.Attributes(attributes->Clear) : "",
            attributes->Propagation != 0 ? FlagNames.Propagation(attributes->Propagation) : "",
        }.Where(part => part.Length > 0));

    static string Text(LaunchMemory memory, ulong address) => Marshal.PtrToStringUTF8((nint)memory.At(address))!;

    static string Opening(OpenHow* how) => $"{{{FlagNames.Open(how->Flags)}, {FlagNames.Resolve(how->Resolve)}}}";

    static string Limits(ulong* pair) => $"{{{Limit(pair[0])}, {Limit(pair[1])}}}";

    static string Device(ulong value)
    {
        var (major, minor) = DeviceNumber.Decode(value);
        return string.Create(CultureInfo.InvariantCulture, $"{major}:{minor}");
    }

    static string Limit(ulong value) => value == ulong.MaxValue ? "unlimited" : value.ToString(CultureInfo.InvariantCulture);

    static string Capabilities(uint* data)
    {
        var effective = data[0] | ((ulong)data[3] << 32);
        var permitted = data[1] | ((ulong)data[4] << 32);
        var inheritable = data[2] | ((ulong)data[5] << 32);
        return $"{{effective {Words(effective)}, permitted {Words(permitted)}, inheritable {Words(inheritable)}}}";

        static string Words(ulong set) => set == 0 ? "none" : string.Join('+', Spec.Capabilities.InWords(set));
    }

    /// <summary>The name alone: the values are where people put their passwords, and plans go into logs.</summary>
    static string Variable(string assignment) => assignment.IndexOf('=', StringComparison.Ordinal) is var end and > 0 ? assignment[..end] : "…";

    static List<string> Texts(LaunchMemory memory, ulong* array)
    {
        var texts = new List<string>();
        for (; *array != 0; array++)
        {
            texts.Add(Text(memory, *array));
        }

        return texts;
    }
}
