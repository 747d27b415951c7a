using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Demos;

/// <summary>cgroups(7): processes that run into the limits of their group.</summary>
sealed class CgroupDemo
{
    const long Memory = 16 << 20;
    const long Piece = 1 << 20;
    const int MostPieces = 256;
    const int Pids = 8;
    const long Quota = 10_000;
    const ulong Period = 100_000;
    const int SpinMilliseconds = 300;

    readonly Narrator _narrator;
    readonly ContainerCgroup _cgroup;
    readonly DemoCgroupFiles _files;

    CgroupDemo(Narrator narrator, ContainerCgroup cgroup, DemoCgroupFiles files) => (_narrator, _cgroup, _files) = (narrator, cgroup, files);

    /// <exception cref="DemoException">The host has not what it takes.</exception>
    public static void Give(Narrator narrator, CgroupLayout layout)
    {
        var path = DemoCgroup.PathOf(Processes.OwnId());
        var files = DemoCgroupFiles.Find(layout, path);
        DemoCgroup.RemoveAbandoned(layout, files.Memory);
        // Ended by the terminal's user, it still has a cgroup to remove: its children take the signal, and it sees them go.
        Signals.Ignore(Signals.HangUp, Signals.Interrupt, Signals.Terminate);
        try
        {
            var before = Clock.Monotonic();
            var cgroup = ContainerCgroup.Create(layout, path);
            narrator.Call($"mkdir(\"{files.Memory.Path}/{path}\"), in every hierarchy", "A cgroup is a folder that somebody makes below /sys/fs/cgroup.", Clock.Monotonic() - before, 0);
            narrator.Host("How this host keeps its cgroups.", "/proc/self/mountinfo", layout.Mode);
            new CgroupDemo(narrator, cgroup, files).Give();
            before = Clock.Monotonic();
            DemoCgroup.Remove(layout, path);
            narrator.Call($"rmdir(\"{files.Memory.Path}/{path}\"), in every hierarchy", "The last processes are killed, and the folders removed.", Clock.Monotonic() - before, 0);
            narrator.Host("Nothing is left of it.", $"{files.Memory.Path}/{path}", ContainerCgroup.Find(layout, path).Exists() ? "still there" : "gone");
        }
        catch
        {
            DemoCgroup.Remove(layout, path);
            throw;
        }
    }

    void Give()
    {
        EatMemory();
        MultiplyProcesses();
        Spin();
    }

    void EatMemory()
    {
        _narrator.Say("First memory: 16 MiB and no swap, and a process that takes 1 MiB after the other.");
        Limit(new ResourceSpec { MemoryLimit = Memory, MemorySwap = Memory }, _files.MemoryLimit);
        _narrator.Host("Processes that the kernel has killed here for want of memory.", $"{_files.OomFile} oom_kill", _cgroup.ReadOomKills());
        using var probe = Join();
        ProbeAnswer? answer;
        var pieces = 0;
        while ((answer = probe.TryAsk($"mmap {Piece}")) is { Result: >= 0 } taken && pieces < MostPieces)
        {
            if (++pieces % 4 == 0)
            {
                _narrator.Call($"mmap(1 MiB, MAP_POPULATE), the {pieces}th", "Taken, and touched at once.", taken.Nanoseconds, $"0x{taken.Result:x}");
                _narrator.Host("Memory that the group uses, in bytes.", _files.MemoryUsage, DemoCgroupFiles.Read(_files.MemoryUsage));
            }
        }

        if (answer is not null)
        {
            throw new DemoException($"A process took {pieces} MiB under a limit of 16 MiB: this host does not enforce its memory cgroups.");
        }

        _narrator.Say($"It asks for one piece more than its {pieces}.");
        _narrator.Host("The kernel has killed it.", "waitid status", Signals.Name(probe.Process.Reap().Signal));
        _narrator.Inside("The process gets no answer any more: it was not asked, and could do nothing.", "mmap", "never returned");
        _narrator.Host("The kernel has counted that.", $"{_files.OomFile} oom_kill", _cgroup.ReadOomKills());
        _narrator.Change("That is the end of a container that is \"out of memory\"; the host and its other processes noticed nothing.");
    }

    void MultiplyProcesses()
    {
        _narrator.Say("Then processes: no more than 8 of them, threads counted, and one that goes on copying itself.");
        Limit(new ResourceSpec { PidsLimit = Pids }, _files.PidsLimit);
        using var probe = Join();
        _narrator.Host("Processes and threads in the group.", _files.PidsCount, DemoCgroupFiles.Read(_files.PidsCount));
        ProbeAnswer answer;
        do
        {
            answer = probe.Ask("fork");
            _narrator.Call("clone3(SIGCHLD)", "A copy of the process.", answer.Nanoseconds, answer.Result);
        }
        while (answer.Result > 0);

        _narrator.Host("Processes and threads in the group.", _files.PidsCount, DemoCgroupFiles.Read(_files.PidsCount));
        _narrator.Inside("clone fails; the process itself lives and can react.", "clone3", answer.Result);
        _narrator.Host("How often that happened.", $"{_files.PidsEvents} max", DemoCgroupFiles.Field(_files.PidsEvents, "max"));
        probe.Ask("forget");
        _narrator.Change("A fork bomb in a container stops here: the host's own process numbers stay free.");
    }

    void Spin()
    {
        _narrator.Say("Last CPU time: a process that computes for 300 ms, first freely, then with a tenth of one CPU.");
        using var probe = Join();
        probe.Ask("getpid");
        var free = probe.Ask($"spin {SpinMilliseconds}");
        _narrator.Inside("CPU microseconds that it got in 300 ms without a quota.", "clock_gettime(CLOCK_PROCESS_CPUTIME_ID)", free.Result);
        Limit(new ResourceSpec { CpuQuota = Quota, CpuPeriod = Period }, _files.CpuLimit);
        TellThrottling();
        _narrator.Say("It computes for 300 ms again.");
        var limited = probe.Ask($"spin {SpinMilliseconds}");
        TellThrottling();
        _narrator.Inside($"CPU microseconds that it got with the quota; it took {limited.Nanoseconds / 1_000_000} ms until it could look at the clock and stop.", "clock_gettime(CLOCK_PROCESS_CPUTIME_ID)", limited.Result);
        _narrator.Change("The kernel lets the group run for 10 ms in every 100 ms, and then lets it wait: slower, but nobody is killed.");
    }

    void TellThrottling()
    {
        _narrator.Host("Periods in which the group had to wait.", $"{_files.CpuStatistics} nr_throttled", DemoCgroupFiles.Field(_files.CpuStatistics, "nr_throttled"));
        _narrator.Host("Microseconds that it waited altogether.", $"{_files.CpuStatistics} {_files.ThrottledField}", _files.ThrottledMicroseconds());
    }

    void Limit(ResourceSpec resources, string file)
    {
        var before = Clock.Monotonic();
        _cgroup.SetLimits(resources);
        var took = Clock.Monotonic() - before;
        if (_cgroup.Warnings is [var warning, ..])
        {
            throw new DemoException(warning);
        }

        _narrator.Call($"write(\"{file}\")", "The limit is a number in a file.", took, 0);
        _narrator.Host("The kernel took it over.", file, DemoCgroupFiles.Read(file));
    }

    /// <summary>A probe that is in the cgroup before it is a program.</summary>
    Probe Join()
    {
        var probe = Probe.Start(0);
        try
        {
            probe.TellClone(_narrator, "A process that does not run yet.");
            var before = Clock.Monotonic();
            _cgroup.Add(probe.Pid, bornInUnified: false);
            _narrator.Call($"write(\"cgroup.procs\", \"{probe.Pid}\")", "It joins the group: by its number, in every hierarchy.", Clock.Monotonic() - before, 0);
            probe.Release(_narrator);
            _narrator.Host("The group's members.", "cgroup.procs", string.Join(' ', _cgroup.Members()));
            _narrator.Inside("The process sees where it is.", "/proc/self/cgroup", probe.Ask("cgroup").Text);
            return probe;
        }
        catch
        {
            probe.Dispose();
            throw;
        }
    }
}
