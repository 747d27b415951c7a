using System.Runtime.CompilerServices;
using System.Threading.Channels;
using MiniRun.Runtime.Demos;
using MiniRun.Runtime.Engine;

namespace MiniRun.Web.Tests.Engine;

/// <summary>Demonstrations whose facts a test writes. One runs at a time, as on a real host.</summary>
sealed class FakeDemoRunner : IDemoRunner
{
    public IReadOnlyList<DemoDescription> Demos => DemoCatalogue.All;

    /// <summary>The facts of the demonstration that runs or will run next.</summary>
    public Channel<DemoFact> Facts { get; set; } = Channel.CreateUnbounded<DemoFact>();

    public string? Running { get; private set; }

    /// <summary>How many were ended.</summary>
    public int Ended { get; private set; }

    public IDemoRun Start(string name)
    {
        if (DemoCatalogue.Find(name) is null)
        {
            throw new EngineException(EngineError.NotFound, $"No demonstration is named \"{name}\"; there are {DemoCatalogue.Names}.");
        }

        if (Running is { } other)
        {
            throw new EngineException(EngineError.Busy, $"The demonstration {other} runs; try again in a moment.");
        }

        Running = name;
        return new Run(this);
    }

    sealed class Run(FakeDemoRunner owner) : IDemoRun
    {
        public async IAsyncEnumerable<DemoFact> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await foreach (var fact in owner.Facts.Reader.ReadAllAsync(cancellationToken))
            {
                yield return fact;
            }
        }

        public ValueTask DisposeAsync()
        {
            owner.Running = null;
            owner.Facts = Channel.CreateUnbounded<DemoFact>();
            owner.Ended++;
            return ValueTask.CompletedTask;
        }
    }
}
