using MiniRun.Runtime.Engine;
using MiniRun.Web.Api.Contracts;

namespace MiniRun.Web.Api;

/// <summary>From what clients send to the engine's requests. Whether a value suits the host is the engine's to say.</summary>
static class ContainerBodies
{
    public static ContainerRequest ToRequest(this CreateContainer body) => new()
    {
        Name = body.Name is null ? null : ContainerName.Validate(body.Name),
        Image = body.Image,
        Command = body.Command is { } command ? JsonValues.Command(command) : null,
        Environment = body.Environment is { } environment ? JsonValues.Environment(environment) : [],
        MemoryBytes = body.Memory is { } memory ? JsonValues.Bytes(memory, "memory") : null,
        Cpus = body.Cpus is { } cpus ? JsonValues.Decimal(cpus, "cpus") : null,
        Pids = body.Pids,
        Network = ToNetwork(body.Network),
        Terminal = body.Terminal ?? false,
        WorkingDirectory = body.WorkingDirectory,
    };

    public static ContainerPatch ToPatch(this PatchContainer body) => new()
    {
        Name = body.Name is null ? null : ContainerName.Validate(body.Name),
        MemoryBytes = body.Memory is { } memory ? JsonValues.Bytes(memory, "memory") : null,
        Cpus = body.Cpus is { } cpus ? JsonValues.Decimal(cpus, "cpus") : null,
        Pids = body.Pids,
    };

    static NetworkMode ToNetwork(string? text) => text switch
    {
        null or "none" => NetworkMode.None,
        "host" => NetworkMode.Host,
        _ => throw RequestException.Invalid("network", $"\"{text}\" is not a network; use \"none\" or \"host\"."),
    };
}
