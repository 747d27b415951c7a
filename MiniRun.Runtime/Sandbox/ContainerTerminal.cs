using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Sandbox;

/// <summary>A new terminal for a container's first process: the master for whoever watches it, the peer for the process.</summary>
/// <param name="Instance">The devpts instance, detached, that becomes the container's /dev/pts.</param>
sealed record ContainerTerminal(SafeFileHandle Master, SafeFileHandle Peer, SafeFileHandle Instance) : IDisposable
{
    public ProcessStreams Streams => new(null, (Files.Number(Peer), Files.Number(Instance)));

    /// <exception cref="SpecException">The configuration has no place for it.</exception>
    public static ContainerTerminal Create(RuntimeConfig config)
    {
        var index = config.Mounts.FindIndex(m => m.Type is "devpts");
        if (index < 0)
        {
            throw new SpecException("$.process.terminal", "needs a mount of type devpts on /dev/pts");
        }

        var options = MountOptions.Parse(config.Mounts[index], $"$.mounts[{index}]");
        if (!config.Linux.Has("user"))
        {
            return Create(config, options.Data, options.OfNew.Set);
        }

        var (uids, gids) = UserMappings.Of(config.Linux);
        var terminal = Create(config, OnHost(options.Data, uids, gids, index), options.OfNew.Set);
        // Its group is the instance's, or, as it is for those that the container itself opens, that of its root.
        var hasGroup = options.Data.Exists(option => option.Key is "gid");
        Files.SetOwner(terminal.Peer, UserMappings.ToHost(uids, config.Process.User.Uid), hasGroup ? null : UserMappings.ToHost(gids, 0));
        return terminal;
    }

    public void Dispose()
    {
        Master.Dispose();
        Peer.Dispose();
        Instance.Dispose();
    }

    static ContainerTerminal Create(RuntimeConfig config, IReadOnlyList<(string Key, string? Value)> options, ulong attributes)
    {
        var instance = Terminal.CreateInstance(options, attributes);
        var (master, peer) = Terminal.Open(instance);
        if (config.Process.ConsoleSize is { Columns: > 0, Rows: > 0 } size)
        {
            Terminal.Resize(master, size.Columns, size.Rows);
        }

        return new ContainerTerminal(master, peer, instance);
    }

    /// <summary>The instance is made outside the container's user namespace: ids are the host's.</summary>
    static List<(string Key, string? Value)> OnHost(
        List<(string Key, string? Value)> options, IReadOnlyList<IdMapping> uids, IReadOnlyList<IdMapping> gids, int mount)
    {
        var translated = new List<(string, string?)>();
        foreach (var (key, value) in options)
        {
            var mappings = key switch { "uid" => uids, "gid" => gids, _ => null };
            translated.Add(mappings is null || !uint.TryParse(value, out var id) ? (key, value)
                : UserMappings.ToHost(mappings, id) is { } host ? (key, host.ToString(System.Globalization.CultureInfo.InvariantCulture))
                : throw new SpecException($"$.mounts[{mount}].options", $"\"{key}={value}\" is not mapped in the user namespace; map it or leave it out"));
        }

        return translated;
    }
}
