using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Sandbox;

/// <summary>Which of a process's standard streams are pipes. Who is not root opens <c>/dev/stdout</c> only when the pipe is its
/// own; other files of the caller are not given away.</summary>
static class StandardPipes
{
    /// <summary>The numbers of 0 to 2 that are pipes, by the descriptors that become them.</summary>
    /// <param name="streams">Null when the caller's own stay.</param>
    public static IReadOnlyList<int> Of((int Input, int Output, int Error)? streams)
    {
        var (input, output, error) = streams ?? (0, 1, 2);
        return [.. IfPipe(input, 0), .. IfPipe(output, 1), .. IfPipe(error, 2)];
    }

    static int[] IfPipe(int descriptor, int becomes)
    {
        using var file = new SafeFileHandle(descriptor, ownsHandle: false);
        return FileFacts.Of(file).Kind is FileFacts.Fifo ? [becomes] : [];
    }
}
