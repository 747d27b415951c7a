using System.Globalization;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Demos;

/// <summary>pid_namespaces(7): two numbers for one process, and what being number 1 means.</summary>
sealed class PidNamespaceDemo(Narrator narrator)
{
    public void Give()
    {
        using var first = Probe.Start(Namespaces.Pid | Namespaces.Mount, plan =>
        {
            plan.Steps.MakeMountsPrivate();
            plan.Tell("What it mounts from now on stays in its own mount namespace.");
            plan.Steps.GetProcessId();
            plan.Tell("The new process asks for its own number, and is told that it is the first.");
        });
        first.TellClone(narrator, "A new process, in a pid namespace and a mount namespace of its own.");
        CompareNumbers(first);
        MountProc(first);
        var orphan = AdoptOrphan(first);
        KillFromInside(first);
        EndNamespace(first, orphan);
    }

    void CompareNumbers(Probe first)
    {
        first.Release(narrator);
        narrator.Host($"Here it is process {first.Pid}.", "clone3", first.Pid);
        narrator.Inside("There it is process 1.", "getpid", first.Ask("getpid").Result);
        narrator.Inside("Its parent lies outside, and has no number there.", "getppid", first.Ask("getppid").Result);
        narrator.Host("The kernel keeps one number for each namespace, outermost first.", $"{first.Entry("status")} NSpid", ProcessFiles.Status(first.Pid, "NSpid"));
        narrator.Host("The pid namespace of the host.", "/proc/self/ns/pid", Files.ReadLink("/proc/self/ns/pid"));
        narrator.Inside("The new process is in another one.", first.Entry("ns/pid"), first.Link("ns/pid"));
    }

    void MountProc(Probe first)
    {
        narrator.Say("The files below /proc still are the host's: they were mounted for the host's pid namespace.");
        narrator.Inside("/proc calls it by its number on the host.", "readlink /proc/self", first.Ask("readlink /proc/self").Text);
        narrator.Host("So many processes run on the host.", "processes in /proc", ProcessFiles.Processes().Count);
        narrator.Inside("Every one of them is seen inside.", "processes in /proc", Count(first.Ask("processes").Text));
        first.Tell(narrator, "mount proc /proc", "mount(\"proc\", \"/proc\", \"proc\")", "A fresh /proc is mounted over the old one, seen in this mount namespace alone.");
        narrator.Host("The host's own /proc did not change: it shows as many as before.", "processes in /proc", ProcessFiles.Processes().Count);
        narrator.Inside("There is nobody else now.", "processes in /proc", first.Ask("processes").Text);
        narrator.Inside("And /proc and getpid agree.", "readlink /proc/self", first.Ask("readlink /proc/self").Text);
    }

    /// <returns>The orphan's number on the host.</returns>
    int AdoptOrphan(Probe first)
    {
        first.Tell(narrator, "orphan", "posix_spawn(\"/proc/self/exe\"), waitid", "Process 1 starts a process, which starts another one and ends. The other one is an orphan.");
        var orphan = ProcessFiles.InNamespace(first.Link("ns/pid")).Find(pid => pid != first.Pid);
        narrator.Host($"The orphan is process {orphan} here.", Entry(orphan, "status NSpid"), ProcessFiles.Status(orphan, "NSpid"));
        narrator.Inside("There it has another number.", "getpid of the orphan", first.Second.Ask("getpid").Result);
        narrator.Host("Its parent is the first process now: not the host's process 1.", Entry(orphan, "status PPid"), ProcessFiles.Status(orphan, "PPid"));
        narrator.Inside("Process 1 has adopted it, as it must adopt and reap every orphan.", "getppid of the orphan", first.Second.Ask("getppid").Result);
        narrator.Inside("These processes are there.", "processes in /proc", first.Ask("processes").Text);
        return orphan;
    }

    void KillFromInside(Probe first)
    {
        var answer = first.Second.Ask("kill 1");
        narrator.Call("pidfd_send_signal(process 1, SIGKILL), inside", "The orphan sends SIGKILL to process 1. The kernel says that all went well.", answer.Nanoseconds, answer.Result);
        narrator.Inside("Process 1 lives and answers: from its own namespace it gets no signal that it has no handler for.", "getpid", first.Ask("getpid").Result);
    }

    void EndNamespace(Probe first, int orphan)
    {
        var before = Clock.Monotonic();
        Processes.Signal(first.Process.PidFd, Signals.Kill);
        var end = first.Process.Reap();
        narrator.Call($"pidfd_send_signal(process {first.Pid}, SIGKILL), on the host; waitid", "From the host the same signal works.", Clock.Monotonic() - before, 0);
        narrator.Host("The first process was ended by a signal.", "waitid status", Signals.Name(end.Signal));
        if (first.Second.TryAsk("getpid") is { } alive)
        {
            throw new DemoException($"The orphan still answers as process {alive.Result}: this kernel does not end a pid namespace with its first process.");
        }

        narrator.Host("The kernel killed the orphan, too: with process 1 the whole namespace ends.", Entry(orphan, "status"), Exists(orphan) ? "still there" : Narrator.Show(-(long)Errno.ENOENT));
        narrator.Inside("The orphan does not answer any more.", "read from the orphan", "end of file");
        narrator.Change("Nothing of the namespace is left: a container ends when its first process does, and no process can hide in it.");
    }

    static bool Exists(int pid) => ProcessFiles.Processes().Contains(pid);

    static string Entry(int pid, string name) => string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/{name}");

    static long Count(string names) => names.Split(' ').Length;
}
