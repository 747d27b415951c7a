using MiniRun.Runtime.Engine;
using MiniRun.Web.Api.Contracts;

namespace MiniRun.Web.Api;

/// <summary>From the engine's records to what clients see.</summary>
static class ContainerMapping
{
    public static ContainerResource ToResource(this Container container)
    {
        var (definition, status) = container;
        return new ContainerResource
        {
            Id = definition.Id,
            Name = definition.Name,
            Image = definition.Image,
            Command = definition.Command,
            Environment = definition.Environment,
            State = LowerCase(status.State),
            Pid = status.Pid,
            CreatedAt = definition.CreatedAt,
            StartedAt = status.StartedAt,
            FinishedAt = status.FinishedAt,
            ExitCode = status.ExitCode,
            Signal = status.Signal,
            OutOfMemory = status.OutOfMemory,
            Error = status.Error,
            Warnings = status.Warnings,
            Limits = definition.Limits.ToResource(),
            Network = LowerCase(definition.Network),
            Terminal = definition.Terminal,
            WorkingDirectory = definition.WorkingDirectory,
            Revision = definition.Revision,
        };
    }

    public static TransitionResource ToResource(this Transition transition) =>
        new(transition.Container.ToResource(), transition.Changed);

    public static LimitsResource ToResource(this ContainerLimits limits) => new(limits.MemoryBytes, limits.Cpus, limits.Pids);

    public static StatsResource ToResource(this MetricSample sample) =>
        new(sample.Time, sample.Cpus, (long)sample.CpuTime.TotalMilliseconds, sample.MemoryBytes, sample.Pids, sample.Limits.ToResource());

    public static LogLineResource ToResource(this LogLine line) =>
        new(line.Time, LowerCase(line.Stream), line.Text, line.Partial);

    static string LowerCase<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
