using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Demos;

/// <summary>Tells facts as they happen: as lines for people, or as one JSON object a line.</summary>
sealed class Narrator(SafeFileHandle output, bool json)
{
    const int Margin = 8;

    public void Say(string text) => Tell(new DemoFact(FactKind.Say, text));

    public void Change(string text, string? result = null) => Tell(new DemoFact(FactKind.Change, text, Result: result));

    public void Error(string text) => Tell(new DemoFact(FactKind.Error, text));

    /// <param name="result">The call's result; a negated errno becomes its symbol.</param>
    public void Call(string call, string text, long nanoseconds, long result) => Call(call, text, nanoseconds, Show(result));

    public void Call(string call, string text, long nanoseconds, string result) =>
        Tell(new DemoFact(FactKind.Call, text, call, nanoseconds / 1000, result));

    public void Host(string text, string source, string result) => Tell(new DemoFact(FactKind.Host, text, source, Result: result));

    public void Host(string text, string source, long result) => Host(text, source, Show(result));

    public void Inside(string text, string source, string result) => Tell(new DemoFact(FactKind.Inside, text, source, Result: result));

    public void Inside(string text, string source, long result) => Inside(text, source, Show(result));

    /// <summary>A result as people read it: a number, or the symbol of an error.</summary>
    public static string Show(long result) =>
        result < 0 ? ((Errno)(-result)).Name() : result.ToString(CultureInfo.InvariantCulture);

    /// <exception cref="KernelException">EPIPE when nobody reads any more.</exception>
    public void Tell(DemoFact fact) => Files.Write(output, json ? Json(fact) : Encoding.UTF8.GetBytes(Plain(fact)));

    internal static byte[] Json(DemoFact fact)
    {
        var line = new FlatObjectWriter()
            .Add("kind", fact.Kind)
            .Add("text", fact.Text)
            .AddKnown("call", fact.Call)
            .AddKnown("microseconds", fact.Microseconds)
            .AddKnown("result", fact.Result);
        return [.. line.Finish(), (byte)'\n'];
    }

    internal static string Plain(DemoFact fact)
    {
        var text = new StringBuilder();
        if (fact.Kind is FactKind.Say or FactKind.Call)
        {
            text.Append('\n');
        }

        if (fact.Kind is not FactKind.Say)
        {
            text.Append(fact.Kind.PadRight(Margin));
        }

        if (fact.Call is { } call)
        {
            text.Append(call).Append(fact.Kind is FactKind.Call ? " = " : ": ").Append(fact.Result);
            text.Append(fact.Microseconds is { } microseconds ? string.Create(CultureInfo.InvariantCulture, $"   [{microseconds} us]") : "");
            text.Append('\n').Append(' ', Margin);
        }

        return text.Append(fact.Text).Append('\n').ToString();
    }
}
