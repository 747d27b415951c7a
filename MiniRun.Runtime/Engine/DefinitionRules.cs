using MiniRun.Runtime.Images;

namespace MiniRun.Runtime.Engine;

/// <summary>Turns requests into definitions: defaults filled in, every field checked.</summary>
static class DefinitionRules
{
    const int MaximumEnvironment = 1000;

    public static ContainerDefinition Define(ContainerRequest request, string name, Image image, HostReport host, DateTimeOffset now)
    {
        var command = request.Command?.Words ?? image.Command;
        if (command.Count == 0)
        {
            throw Invalid("command", $"the image {image.Name} has no command of its own; name one, such as \"/bin/sh\"");
        }

        return new ContainerDefinition
        {
            Id = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32)),
            Name = name,
            Image = image.Name,
            Command = command,
            Environment = Environment(request.Environment),
            Limits = Limits(new ContainerLimits(request.MemoryBytes, request.Cpus, request.Pids), ContainerLimits.Default, host),
            Network = request.Network,
            Terminal = request.Terminal,
            WorkingDirectory = WorkingDirectory(request.WorkingDirectory ?? "/"),
            CreatedAt = now,
        };
    }

    /// <param name="asked">What was asked for; null takes the default.</param>
    public static ContainerLimits Limits(ContainerLimits asked, ContainerLimits otherwise, HostReport host)
    {
        if (asked.MemoryBytes < ContainerLimits.MinimumMemoryBytes)
        {
            throw Invalid("memory", $"{ByteSize.Format(asked.MemoryBytes.Value)} is too little for a process; give at least {ByteSize.Format(ContainerLimits.MinimumMemoryBytes)}");
        }

        if (asked.Cpus is { } cpus && !(cpus >= ContainerLimits.MinimumCpus && cpus <= host.CpuCount))
        {
            throw Invalid("cpus", FormattableString.Invariant($"{cpus} is not possible; give {ContainerLimits.MinimumCpus} to {host.CpuCount}, which is what this host has"));
        }

        if (asked.Pids is < 1 or > 4_194_304)
        {
            throw Invalid("pids", $"{asked.Pids} is not possible; give 1 to 4194304");
        }

        return new ContainerLimits(
            asked.MemoryBytes ?? otherwise.MemoryBytes,
            asked.Cpus ?? (otherwise.Cpus is { } usual ? Math.Min(usual, host.CpuCount) : null),
            asked.Pids ?? otherwise.Pids);
    }

    static IReadOnlyList<string> Environment(IReadOnlyList<string> variables)
    {
        if (variables.Count > MaximumEnvironment)
        {
            throw Invalid("environment", $"{variables.Count} variables are too many; give at most {MaximumEnvironment}");
        }

        foreach (var variable in variables)
        {
            if (variable.IndexOf('=', StringComparison.Ordinal) <= 0 || variable.Contains('\0'))
            {
                throw Invalid("environment", $"\"{(variable.Length > 40 ? variable[..40] + "…" : variable)}\" is not NAME=value");
            }
        }

        return [.. variables];
    }

    static string WorkingDirectory(string path) =>
        path.StartsWith('/') && !path.Contains('\0') && !path.Split('/').Contains("..")
            ? path
            : throw Invalid("workingDirectory", $"\"{path}\" is not an absolute path without \"..\"; write one such as \"/srv\"");

    static EngineException Invalid(string field, string problem) => new(EngineError.InvalidField, $"{field}: {problem}.", field);
}
