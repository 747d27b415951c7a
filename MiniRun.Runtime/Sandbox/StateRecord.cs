using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Sandbox;

/// <summary>state.json: which process a container is. Pid, start time and boot together name it for good; a pid alone never does.</summary>
sealed record StateRecord
{
    public const string FileName = "state.json";

    public required string Id { get; init; }

    public required int Pid { get; init; }

    /// <summary>Clock ticks since boot.</summary>
    public required long StartTime { get; init; }

    public required string BootId { get; init; }

    public required int MonitorPid { get; init; }

    public required long MonitorStartTime { get; init; }

    /// <summary>Nanoseconds since 1970.</summary>
    public required long StartedAt { get; init; }

    /// <summary>Below each hierarchy's root; empty when it has none.</summary>
    public required string Cgroup { get; init; }

    public required bool Terminal { get; init; }

    /// <summary>The bundle's absolute path.</summary>
    public string Bundle { get; init; } = "";

    /// <summary>Whether somebody must run hooks when it is started.</summary>
    public bool HasStartHooks { get; init; }

    /// <summary>Whether somebody must run hooks when it is deleted.</summary>
    public bool HasPoststop { get; init; }

    /// <summary>Whether something of it is in the filesystem resctrl.</summary>
    public bool HasResctrl { get; init; }

    /// <summary>Whether systemd made the cgroup.</summary>
    public bool BySystemd { get; init; }

    /// <summary>Whether hooks still decide if it comes to be; its process lives already.</summary>
    public bool IsCreating { get; init; }

    /// <summary>The record of a process that was just cloned by this one.</summary>
    public static StateRecord ForProcess(string id, int pid, string? cgroup, bool terminal) => new()
    {
        Id = id,
        Pid = pid,
        StartTime = Processes.StartTime(pid) ?? 0,
        BootId = Processes.BootId(),
        MonitorPid = Environment.ProcessId,
        MonitorStartTime = Processes.StartTime(Environment.ProcessId) ?? 0,
        StartedAt = Clock.Realtime(),
        Cgroup = cgroup ?? "",
        Terminal = terminal,
    };

    /// <summary>Whether the host has not been started anew since: pids and cgroups of an earlier time are those of others.</summary>
    public bool IsOfThisBoot() => BootId == Processes.BootId();

    /// <summary>Whether the container's first process is alive.</summary>
    public bool IsProcessAlive() => IsOfThisBoot() && Processes.StartTime(Pid) == StartTime;

    /// <summary>Whether the process that watches it is alive; for a container of the command line, the one that created it.</summary>
    public bool IsMonitorAlive() => IsOfThisBoot() && Processes.StartTime(MonitorPid) == MonitorStartTime;

    public void Write(Folder folder)
    {
        var document = new FlatObjectWriter()
            .Add("version", 1)
            .Add("id", Id)
            .Add("pid", Pid)
            .Add("startTime", StartTime)
            .Add("bootId", BootId)
            .Add("monitorPid", MonitorPid)
            .Add("monitorStartTime", MonitorStartTime)
            .Add("startedAt", StartedAt)
            .Add("cgroup", Cgroup)
            .Add("terminal", Terminal)
            .Add("bundle", Bundle)
            .Add("startHooks", HasStartHooks)
            .Add("poststop", HasPoststop)
            .Add("resctrl", HasResctrl)
            .Add("systemd", BySystemd)
            .Add("creating", IsCreating)
            .Finish();
        // It lives on a tmpfs: a rename makes it whole for every reader, and no disk can make it durable.
        folder.Write("." + FileName, document);
        folder.Rename("." + FileName, FileName);
    }

    /// <summary>Null when there is none.</summary>
    /// <exception cref="SpecException">It cannot be understood.</exception>
    public static StateRecord? Read(Folder folder)
    {
        if (folder.TryRead(FileName) is not { } document)
        {
            return null;
        }

        var fields = FlatObject.Read(document);
        return new StateRecord
        {
            Id = fields.Text("id"),
            Pid = fields.SmallNumber("pid"),
            StartTime = fields.Number("startTime"),
            BootId = fields.Text("bootId"),
            MonitorPid = fields.SmallNumber("monitorPid"),
            MonitorStartTime = fields.Number("monitorStartTime"),
            StartedAt = fields.Number("startedAt"),
            Cgroup = fields.Text("cgroup"),
            Terminal = fields.Flag("terminal"),
            Bundle = fields.Has("bundle") ? fields.Text("bundle") : "",
            HasStartHooks = fields.Has("startHooks") && fields.Flag("startHooks"),
            HasPoststop = fields.Has("poststop") && fields.Flag("poststop"),
            HasResctrl = fields.Has("resctrl") && fields.Flag("resctrl"),
            BySystemd = fields.Has("systemd") && fields.Flag("systemd"),
            IsCreating = fields.Has("creating") && fields.Flag("creating"),
        };
    }
}
