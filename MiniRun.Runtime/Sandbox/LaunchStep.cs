using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MiniRun.Runtime.Sandbox;

/// <summary>One step of a launch plan: a system call whose arguments were all decided in advance.</summary>
/// <remarks>Unmanaged and flat, because the child of a clone reads it and may not touch the managed heap.</remarks>
[StructLayout(LayoutKind.Sequential)]
struct LaunchStep
{
    /// <summary>No register receives the result.</summary>
    public const short NoResult = -1;

    /// <summary>The system call's number, or one of <see cref="ControlStep"/>.</summary>
    public int Number;

    /// <summary>The register that receives the result, or <see cref="NoResult"/>.</summary>
    public short Result;

    /// <summary>How many of the following steps are left out when this call succeeds.</summary>
    public ushort SkipOnSuccess;

    /// <summary>How many of the following steps are left out when this call fails with a tolerated error.</summary>
    public ushort SkipOnTolerated;

    /// <summary>Bit n set: argument n is the number of a register, whose content is passed.</summary>
    public byte RegisterArguments;

    /// <summary>Errors that do not end the launch; 0 fills unused places.</summary>
    public ToleratedErrors Tolerated;

    /// <summary>Immediates, addresses of bytes marshalled in advance, or register numbers.</summary>
    public CallArguments Arguments;

    public readonly bool Tolerates(int errno)
    {
        foreach (var tolerated in Tolerated)
        {
            if (tolerated == errno)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>No errno of Linux that is tolerated anywhere is above 255.</summary>
    [InlineArray(4)]
    public struct ToleratedErrors
    {
        byte _first;
    }

    [InlineArray(6)]
    public struct CallArguments
    {
        ulong _first;
    }
}

/// <summary>Steps that are no system call. Negative, so that they never meet one.</summary>
static class ControlStep
{
    /// <summary>Reads one byte from the descriptor in argument 0; the end of the stream means that the parent died.</summary>
    public const int AwaitParent = -1;

    /// <summary>Fails with ENOENT unless the working directory is reachable from the root (CVE-2024-21626).</summary>
    public const int CheckWorkingDirectory = -2;

    /// <summary>clone3: the child goes on with the next step, its parent ends. For namespaces that only a child can be in.</summary>
    public const int ContinueInChild = -3;

    /// <summary>Fails as execve(2) would unless the path in argument 0 is a file that this process may execute.</summary>
    public const int CheckProgram = -4;
}

/// <summary>A place for the result of a step, named for whoever reads the plan.</summary>
readonly record struct Register(int Index);
