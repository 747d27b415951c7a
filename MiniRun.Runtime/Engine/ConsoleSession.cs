namespace MiniRun.Runtime.Engine;

public enum OutputStream : byte
{
    Stdout = 1,
    Stderr = 2,
}

/// <summary>One attached client of a container's console.</summary>
public interface IConsoleSession : IAsyncDisposable
{
    /// <summary>Whether the console is a terminal; then there is only <see cref="OutputStream.Stdout"/>.</summary>
    bool Terminal { get; }

    /// <summary>Up to 256 KiB of what was written last, then everything new. Reading slowly delays nobody: what no longer fits is skipped and said.</summary>
    /// <remarks>May be called once. Ends after <see cref="ConsoleExited"/>, or when the console is gone.</remarks>
    IAsyncEnumerable<ConsoleEvent> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Types into the console.</summary>
    /// <exception cref="EngineException"><see cref="EngineError.WrongState"/> when the container does not run.</exception>
    ValueTask WriteAsync(ReadOnlyMemory<byte> input, CancellationToken cancellationToken);

    /// <summary>Sets the size of the terminal, 1 to 1000 each; without a terminal it does nothing.</summary>
    ValueTask ResizeAsync(int columns, int rows, CancellationToken cancellationToken);

    /// <summary>Closes the container's standard input (pipes only).</summary>
    ValueTask CloseInputAsync(CancellationToken cancellationToken);
}

/// <summary>What a console tells its clients.</summary>
public abstract record ConsoleEvent;

public sealed record ConsoleOutput(OutputStream Stream, ReadOnlyMemory<byte> Bytes) : ConsoleEvent;

/// <summary>The client was too slow: this many bytes are only in the log.</summary>
public sealed record ConsoleSkipped(long Bytes) : ConsoleEvent;

/// <summary>The container ended.</summary>
public sealed record ConsoleExited(int ExitCode, bool OutOfMemory) : ConsoleEvent;
