using System.Globalization;
using MiniRun.Runtime.Engine;

namespace MiniRun.Web.Components.Containers;

/// <summary>A container as it is being typed into the form.</summary>
public sealed class ContainerDraft
{
    public string Name { get; set; } = "";

    public string Image { get; set; } = "base";

    public string Command { get; set; } = "";

    public LimitsDraft Limits { get; } = new();

    /// <summary>One NAME=value a line.</summary>
    public string Environment { get; set; } = "";

    public NetworkMode Network { get; set; } = NetworkMode.None;

    public bool Terminal { get; set; } = true;

    /// <summary>The variables without empty lines and without what a shell's file would have in front of them.</summary>
    public IReadOnlyList<string> Variables =>
        [.. Environment.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

    /// <summary>What the engine is asked for, or the sentences for each field at fault.</summary>
    public ContainerRequest? ToRequest(IDictionary<string, string> errors)
    {
        var name = Name.Trim();
        Check(errors, "name", () => _ = name.Length == 0 ? "" : ContainerName.Validate(name));
        Command? command = null;
        Check(errors, "command", () => command = string.IsNullOrWhiteSpace(Command) ? null : Runtime.Engine.Command.FromString(Command.Trim()));
        var patch = Limits.Read(errors);
        foreach (var variable in Variables.Where(v => v.IndexOf('=', StringComparison.Ordinal) <= 0))
        {
            errors.TryAdd("environment", $"environment: \"{variable}\" is not a variable; write NAME=value, one a line.");
        }

        return errors.Count > 0 ? null : new ContainerRequest
        {
            Name = name.Length == 0 ? null : name,
            Image = Image,
            Command = command,
            Environment = Variables,
            MemoryBytes = patch.MemoryBytes,
            Cpus = patch.Cpus,
            Pids = patch.Pids,
            Network = Network,
            Terminal = Terminal,
        };
    }

    static void Check(IDictionary<string, string> errors, string field, Action read)
    {
        try
        {
            read();
        }
        catch (EngineException e)
        {
            errors.TryAdd(e.Field ?? field, e.Message);
        }
    }
}

/// <summary>Limits as they are being typed.</summary>
public sealed class LimitsDraft
{
    public string Memory { get; set; } = "512m";

    public string Cpus { get; set; } = "0.5";

    public string Pids { get; set; } = "2048";

    public static LimitsDraft Of(ContainerLimits limits) => new()
    {
        Memory = limits.MemoryBytes is { } bytes ? Size(bytes) : "",
        Cpus = limits.Cpus is { } cpus ? cpus.ToString(CultureInfo.InvariantCulture) : "",
        Pids = limits.Pids is { } pids ? pids.ToString(CultureInfo.InvariantCulture) : "",
    };

    /// <summary>The limits that are given; an empty field leaves a limit as it is.</summary>
    public ContainerPatch Read(IDictionary<string, string> errors) => new()
    {
        MemoryBytes = ReadMemory(errors),
        Cpus = ReadCpus(errors),
        Pids = ReadPids(errors),
    };

    // As it was written, where that can be told: 536870912 bytes are "512m".
    static string Size(long bytes) => bytes switch
    {
        _ when bytes % (1L << 30) == 0 => $"{bytes >> 30}g",
        _ when bytes % (1L << 20) == 0 => $"{bytes >> 20}m",
        _ when bytes % (1L << 10) == 0 => $"{bytes >> 10}k",
        _ => bytes.ToString(CultureInfo.InvariantCulture),
    };

    long? ReadMemory(IDictionary<string, string> errors)
    {
        if (string.IsNullOrWhiteSpace(Memory))
        {
            return null;
        }

        try
        {
            var bytes = ByteSize.Parse(Memory, "memory");
            if (bytes < ContainerLimits.MinimumMemoryBytes)
            {
                errors.TryAdd("memory", $"memory: at least {ByteSize.Format(ContainerLimits.MinimumMemoryBytes)}; a shell does not fit into less.");
            }

            return bytes;
        }
        catch (EngineException e)
        {
            errors.TryAdd("memory", e.Message);
            return null;
        }
    }

    double? ReadCpus(IDictionary<string, string> errors)
    {
        if (string.IsNullOrWhiteSpace(Cpus))
        {
            return null;
        }

        var read = double.TryParse(Cpus.Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var cpus);
        if (!read || cpus < ContainerLimits.MinimumCpus)
        {
            errors.TryAdd("cpus", $"cpus: write a number of CPUs from {ContainerLimits.MinimumCpus.ToString(CultureInfo.InvariantCulture)} up, such as 0.5 or 2.");
        }

        return read ? cpus : null;
    }

    int? ReadPids(IDictionary<string, string> errors)
    {
        if (string.IsNullOrWhiteSpace(Pids))
        {
            return null;
        }

        var read = int.TryParse(Pids.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var pids);
        if (!read || pids < 1)
        {
            errors.TryAdd("pids", "pids: write a number of processes from 1 up, such as 2048.");
        }

        return read ? pids : null;
    }
}
