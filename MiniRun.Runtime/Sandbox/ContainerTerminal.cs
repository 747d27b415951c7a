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
        var instance = Terminal.CreateInstance(OnHost(options.Data, config.Linux, index), options.OfNew.Set);
        var (master, peer) = Terminal.Open(instance);
        if (config.Process.ConsoleSize is { Columns: > 0, Rows: > 0 } size)
        {
            Terminal.Resize(master, size.Columns, size.Rows);
        }

        return new ContainerTerminal(master, peer, instance);
    }

    public void Dispose()
    {
        Master.Dispose();
        Peer.Dispose();
        Instance.Dispose();
    }

    /// <summary>The instance is made outside the container's user namespace: ids are the host's.</summary>
    static List<(string Key, string? Value)> OnHost(List<(string Key, string? Value)> options, LinuxSpec linux, int mount)
    {
        if (!linux.Has("user"))
        {
            return options;
        }

        var translated = new List<(string, string?)>();
        foreach (var (key, value) in options)
        {
            var mappings = key switch { "uid" => linux.UidMappings, "gid" => linux.GidMappings, _ => null };
            translated.Add(mappings is null || !uint.TryParse(value, out var id) ? (key, value)
                : UserMappings.ToHost(mappings, id) is { } host ? (key, host.ToString(System.Globalization.CultureInfo.InvariantCulture))
                : throw new SpecException($"$.mounts[{mount}].options", $"\"{key}={value}\" is not mapped in the user namespace; map it or leave it out"));
        }

        if (!translated.Exists(option => option.Item1 == "uid") && UserMappings.ToHost(linux.UidMappings, 0) is { } root)
        {
            translated.Add(("uid", root.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        }

        return translated;
    }
}
