using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Sandbox.Monitoring;

/// <summary>exit.json: how a container's last run ended. On disk before anybody is told.</summary>
/// <param name="StartedAt">Nanoseconds since 1970.</param>
/// <param name="FinishedAt">Nanoseconds since 1970.</param>
sealed record ExitRecord(int ExitCode, int Signal, bool OutOfMemory, long StartedAt, long FinishedAt)
{
    public const string FileName = "exit.json";

    /// <summary>Bytes that the monitor's collector was asked for while the container ran: 0, or its loop allocates.</summary>
    public long AllocatedInLoop { get; init; }

    /// <exception cref="KernelException">The disk refused.</exception>
    public void Write(Folder folder) =>
        folder.WriteDurably(FileName, new FlatObjectWriter()
            .Add("version", 1)
            .Add("exitCode", ExitCode)
            .Add("signal", Signal)
            .Add("outOfMemory", OutOfMemory)
            .Add("startedAt", StartedAt)
            .Add("finishedAt", FinishedAt)
            .Add("allocatedInLoop", AllocatedInLoop)
            .Finish());

    /// <summary>Null when there is none.</summary>
    /// <exception cref="SpecException">It cannot be understood.</exception>
    public static ExitRecord? Read(Folder folder)
    {
        if (folder.TryRead(FileName) is not { } document)
        {
            return null;
        }

        var fields = FlatObject.Read(document);
        return new ExitRecord(
            fields.SmallNumber("exitCode"), fields.SmallNumber("signal"), fields.Flag("outOfMemory"),
            fields.Number("startedAt"), fields.Number("finishedAt"))
        {
            AllocatedInLoop = fields.Has("allocatedInLoop") ? fields.Number("allocatedInLoop") : 0,
        };
    }
}
