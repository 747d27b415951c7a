using System.Text;
using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Verbs;

/// <summary>Output without System.Console, whose set-up alone costs a start a millisecond.</summary>
static class Standard
{
    public static void Complain(string line) => Write(2, Encoding.UTF8.GetBytes($"minirun-runtime: {line}\n"));

    /// <summary>Writes to standard output.</summary>
    public static void Print(ReadOnlySpan<byte> text) => Write(1, text);

    static void Write(int descriptor, ReadOnlySpan<byte> text)
    {
        using var stream = new SafeFileHandle(descriptor, ownsHandle: false);
        Files.Write(stream, text);
    }
}
