using System.Globalization;
using System.Text;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Sandbox;

/// <summary>A container's class of service of Intel RDT: a folder of the filesystem resctrl (config-linux.md, "IntelRdt").</summary>
/// <remarks>One that the configuration names is somebody else's: it stays when the container goes. One named after the container is its own.</remarks>
sealed class ResctrlGroup
{
    const string Schemata = "schemata";
    const string Monitors = "mon_groups";

    readonly string _root;
    readonly string _class;
    readonly string _id;
    bool _madeClass;
    bool _madeMonitor;

    ResctrlGroup(string root, IntelRdtSpec rdt, string id)
    {
        _root = root;
        _id = id;
        _class = rdt.ClosId switch { null => $"{root}/{id}", "/" => root, var name => $"{root}/{name}" };
    }

    /// <summary>Where resctrl is mounted, on every host that has it.</summary>
    public static string UsualRoot => "/sys/fs/resctrl";

    string Monitor => $"{_class}/{Monitors}/{_id}";

    /// <summary>Makes what the configuration asks for, or finds it; null when it asks for nothing.</summary>
    /// <param name="id">The container's.</param>
    /// <param name="root">Where resctrl is mounted.</param>
    /// <exception cref="SpecException">It cannot be had.</exception>
    public static ResctrlGroup? Create(IntelRdtSpec? rdt, string id, string root)
    {
        if (rdt is null)
        {
            return null;
        }

        var group = new ResctrlGroup(root, rdt, id);
        try
        {
            group.Create(rdt);
            return group;
        }
        catch (KernelException e)
        {
            group.Undo();
            throw new SpecException("$.linux.intelRdt", $"the class of service cannot be made: {e.Message}");
        }
        catch
        {
            group.Undo();
            throw;
        }
    }

    /// <summary>Puts a process there, and with it all that it starts.</summary>
    public void Add(int pid)
    {
        var text = Encoding.ASCII.GetBytes(pid.ToString(CultureInfo.InvariantCulture));
        Write(_class, "tasks", text);
        if (_madeMonitor)
        {
            Write(Monitor, "tasks", text);
        }
    }

    /// <summary>Takes back what <see cref="Create(IntelRdtSpec?, string, string)"/> has made.</summary>
    public void Undo()
    {
        if (_madeMonitor)
        {
            Folder.Remove(Monitor);
        }

        if (_madeClass)
        {
            Folder.Remove(_class);
        }
    }

    /// <summary>Removes what is a container's own after its end.</summary>
    public static void Remove(IntelRdtSpec rdt, string id, string root)
    {
        var group = new ResctrlGroup(root, rdt, id) { _madeClass = rdt.ClosId is null, _madeMonitor = rdt.EnableMonitoring };
        group.Undo();
    }

    void Create(IntelRdtSpec rdt)
    {
        // Its own file, for a folder of that name is there without the filesystem too.
        if (!Folder.PathExists($"{_root}/{Schemata}"))
        {
            throw new SpecException("$.linux.intelRdt", $"no resctrl filesystem is mounted on {_root}: this host has no Intel RDT, or does not use it; remove the field");
        }

        List<string> lines = [.. Lines(rdt)];
        var isNew = !Folder.PathExists(_class);
        if (isNew && rdt.ClosId is { } name && lines.Count + rdt.Schemata.Count == 0)
        {
            throw new SpecException("$.linux.intelRdt.closID", $"there is no class of service {SpecReader.Quoted(name)}, and no schema to make it with; create it or give one");
        }

        if (isNew)
        {
            _madeClass = Folder.TryMake(_class, 0b111_101_101);
        }
        else
        {
            RequireSchemata(lines);
            lines.Clear();
        }

        // Each in a write of its own: the kernel refuses a resource that comes twice in one.
        foreach (var line in (IEnumerable<string>)[.. lines, .. rdt.Schemata])
        {
            WriteSchema(line);
        }

        if (rdt.EnableMonitoring)
        {
            _madeMonitor = Folder.TryMake(Monitor, 0b111_101_101);
        }
    }

    /// <summary>The lines of the two older fields; memBwSchema replaces what l3CacheSchema says of bandwidth.</summary>
    static IEnumerable<string> Lines(IntelRdtSpec rdt)
    {
        if (rdt.L3CacheSchema is { } cache && !(rdt.MemBwSchema is not null && cache.StartsWith("MB:", StringComparison.Ordinal)))
        {
            yield return cache;
        }

        if (rdt.MemBwSchema is { } bandwidth)
        {
            yield return bandwidth;
        }
    }

    void RequireSchemata(List<string> wanted)
    {
        if (wanted.Count == 0)
        {
            return;
        }

        using var folder = Folder.Open(_class);
        var present = Encoding.UTF8.GetString(folder.Read(Schemata)).Split('\n');
        foreach (var line in wanted)
        {
            if (!Array.Exists(present, other => ResctrlSchema.IsWithin(line, other)))
            {
                throw new SpecException("$.linux.intelRdt", $"the class of service in {_class} exists with other schemata than {SpecReader.Quoted(line)}; name another, or leave the schemata out");
            }
        }
    }

    void WriteSchema(string line)
    {
        try
        {
            Write(_class, Schemata, Encoding.UTF8.GetBytes(line + "\n"));
        }
        catch (KernelException e) when (e.Errno is Errno.EINVAL or Errno.ENODEV)
        {
            throw new SpecException("$.linux.intelRdt", $"this host does not take the schema {SpecReader.Quoted(line)}{LastStatus()}");
        }
    }

    /// <summary>resctrl says in words what it did not like.</summary>
    string LastStatus()
    {
        try
        {
            using var info = Folder.Open($"{_root}/info");
            return ": " + Encoding.UTF8.GetString(info.Read("last_cmd_status")).Trim();
        }
        catch (KernelException)
        {
            // Without it the line alone must do.
            return "";
        }
    }

    static void Write(string path, string file, byte[] content)
    {
        using var folder = Folder.Open(path);
        folder.Write(file, content, Open.Append | Open.Create);
    }
}
