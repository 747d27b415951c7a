using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Cgroups.Systemd;

/// <summary>Lets systemd make, change and end the scope of a container (org.freedesktop.systemd1(5)).</summary>
sealed class SystemdManager : IDisposable
{
    const string Name = "org.freedesktop.systemd1";
    const string ManagerPath = "/org/freedesktop/systemd1";
    const string ManagerInterface = Name + ".Manager";
    const string UnitExists = Name + ".UnitExists";
    const string NoSuchUnit = Name + ".NoSuchUnit";
    const string JobRemoved = "JobRemoved";
    const string Flag = "--systemd-cgroup";
    const int PatienceMilliseconds = 30_000;

    readonly DbusConnection _connection;
    readonly bool _isBus;

    SystemdManager(DbusConnection connection, bool isBus)
    {
        _connection = connection;
        _isBus = isBus;
    }

    /// <exception cref="CgroupException">systemd does not run this host (sd_booted(3)).</exception>
    public static void RequireHost(string run)
    {
        if (!Folder.PathExists(run + "/systemd/system"))
        {
            throw new CgroupException(Flag, $"systemd does not run this host ({run}/systemd/system is missing); leave the flag out, and the runtime makes the cgroups itself");
        }
    }

    /// <summary>Connects to the systemd that runs this host: to itself or, where it does not listen, over the system's bus.</summary>
    /// <param name="run">The place of its sockets.</param>
    /// <exception cref="CgroupException">systemd does not run here, or cannot be reached.</exception>
    public static SystemdManager Connect(string run = "/run", int milliseconds = PatienceMilliseconds)
    {
        RequireHost(run);
        try
        {
            return new SystemdManager(DbusConnection.Connect(run + "/systemd/private", isBus: false, milliseconds), isBus: false);
        }
        catch (KernelException e) when (e.Errno is Errno.ENOENT or Errno.ECONNREFUSED or Errno.EACCES or Errno.EAGAIN)
        {
            // Nobody listens, or not to this user.
        }

        try
        {
            var manager = new SystemdManager(DbusConnection.Connect(run + "/dbus/system_bus_socket", isBus: true, milliseconds), isBus: true);
            manager.Subscribe();
            return manager;
        }
        catch (KernelException e)
        {
            throw new CgroupException(Flag, $"systemd cannot be reached ({e.Message}); start D-Bus, or leave the flag out", e.Errno);
        }
    }

    /// <summary>Makes the scope, and waits until it is there.</summary>
    /// <exception cref="CgroupException">The scope exists already, or systemd could not make it. Nothing is left of it.</exception>
    /// <exception cref="DbusException">systemd refused a property.</exception>
    public void StartScope(SystemdPlace place, List<UnitProperty> properties)
    {
        var answer = RequestStart(place, properties);
        try
        {
            AwaitJob(place, answer);
        }
        catch (CgroupException)
        {
            StopScope(place);
            throw;
        }
    }

    /// <summary>Changes properties until the host restarts.</summary>
    public void SetProperties(SystemdPlace place, List<UnitProperty> properties) => Call("SetUnitProperties", "sba(sv)", body =>
    {
        body.Text(place.Scope);
        body.Flag(true);
        Write(body, properties);
    });

    /// <summary>Ends the scope with every process in it; one that is gone is no error.</summary>
    public void StopScope(SystemdPlace place)
    {
        try
        {
            AwaitJob(place, Call("StopUnit", "ss", body =>
            {
                body.Text(place.Scope);
                body.Text("replace");
            }));
        }
        catch (DbusException e) when (e.Name == NoSuchUnit)
        {
            return;
        }

        ResetFailed(place);
    }

    public void Dispose() => _connection.Dispose();

    DbusMessage RequestStart(SystemdPlace place, List<UnitProperty> properties)
    {
        try
        {
            return RequestNew(place, properties);
        }
        catch (DbusException e) when (e.Name == UnitExists)
        {
            Forget(place);
            try
            {
                return RequestNew(place, properties);
            }
            catch (DbusException again) when (again.Name == UnitExists)
            {
                throw new CgroupException("$.linux.cgroupsPath", $"systemd has a unit {place.Scope} already; stop it, or name another");
            }
        }
    }

    /// <summary>A scope that failed stays known, and so does one whose process had ended before it came into it.</summary>
    void Forget(SystemdPlace place)
    {
        try
        {
            // a(sus): the cgroup, pid and command line of each.
            var processes = new DbusReader(Call("GetUnitProcesses", "s", body => body.Text(place.Scope)).Body.Span);
            if (processes.UInt32() == 0)
            {
                StopScope(place);
            }
        }
        catch (DbusException e) when (e.Name == NoSuchUnit)
        {
            // Forgotten already.
        }
    }

    DbusMessage RequestNew(SystemdPlace place, List<UnitProperty> properties) => Call("StartTransientUnit", "ssa(sv)a(sa(sv))", body =>
    {
        body.Text(place.Scope);
        body.Text("replace");
        Write(body, properties);
        // Units that it would need with it: none.
        body.Array(8, _ => { });
    });

    void ResetFailed(SystemdPlace place)
    {
        try
        {
            Call("ResetFailedUnit", "s", body => body.Text(place.Scope));
        }
        catch (DbusException e) when (e.Name == NoSuchUnit)
        {
            // Forgotten already.
        }
    }

    void AwaitJob(SystemdPlace place, DbusMessage answer)
    {
        var job = new DbusReader(answer.Body.Span).Text();
        var result = "";
        _connection.AwaitSignal(JobRemoved, signal =>
        {
            // u id, o job, s unit, s result
            var reader = new DbusReader(signal.Body.Span);
            reader.UInt32();
            var isMeant = reader.Text() == job;
            reader.Text();
            result = reader.Text();
            return isMeant;
        });
        if (result is not ("done" or "skipped"))
        {
            throw new CgroupException("$.linux.cgroupsPath", $"systemd could not do its job for {place.Scope}: {result}; see journalctl -u {place.Scope}");
        }
    }

    /// <summary>A bus passes signals on to those who asked; systemd itself sends them to whoever is connected.</summary>
    void Subscribe()
    {
        var rule = new DbusWriter();
        rule.Text($"type='signal',sender='{Name}',interface='{ManagerInterface}',member='{JobRemoved}'");
        _connection.Call(new DbusMessage(
            DbusKind.Call, 0, Path: "/org/freedesktop/DBus", Interface: "org.freedesktop.DBus", Member: "AddMatch", Destination: "org.freedesktop.DBus",
            Signature: "s", Body: rule.Written.ToArray()));
        Call("Subscribe", "", _ => { });
    }

    DbusMessage Call(string member, string signature, Action<DbusWriter> write)
    {
        var body = new DbusWriter();
        write(body);
        return _connection.Call(new DbusMessage(
            DbusKind.Call, 0, Path: ManagerPath, Interface: ManagerInterface, Member: member, Destination: _isBus ? Name : null, Signature: signature, Body: body.Written.ToArray()));
    }

    static void Write(DbusWriter body, List<UnitProperty> properties) => body.Array(8, array =>
    {
        foreach (var property in properties)
        {
            array.Structure(s =>
            {
                s.Text(property.Name);
                s.Variant(property.Signature, property.Write);
            });
        }
    });
}
