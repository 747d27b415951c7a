using System.Runtime.CompilerServices;
using System.Text;

namespace MiniRun.Runtime.Engine;

/// <summary>The console of a container that does not run: its last output from the log, then how it ended.</summary>
sealed class PastConsole(Container container, ContainerLog? log) : IConsoleSession
{
    const int ReplaySize = 256 * 1024;

    public bool Terminal => container.Definition.Terminal;

    public async IAsyncEnumerable<ConsoleEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var parts = new List<ConsoleOutput>();
        var size = 0;
        if (log is not null)
        {
            foreach (var line in log.ReadBackwards())
            {
                cancellationToken.ThrowIfCancellationRequested();
                var bytes = Encoding.UTF8.GetBytes(line.Partial ? line.Text : line.Text + "\n");
                if (size + bytes.Length > ReplaySize)
                {
                    break;
                }

                size += bytes.Length;
                parts.Add(new ConsoleOutput(line.Stream, bytes));
            }
        }

        for (var i = parts.Count - 1; i >= 0; i--)
        {
            yield return parts[i];
        }

        await Task.CompletedTask;
        if (container.Status.ExitCode is { } code)
        {
            yield return new ConsoleExited(code, container.Status.OutOfMemory);
        }
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> input, CancellationToken cancellationToken) =>
        throw new EngineException(EngineError.WrongState, $"{container.Name} does not run; start it to type.");

    public ValueTask ResizeAsync(int columns, int rows, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask CloseInputAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        log?.Dispose();
        return ValueTask.CompletedTask;
    }
}
