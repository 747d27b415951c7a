using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox;

namespace MiniRun.Runtime.Demos;

/// <summary>clone(2): what a child shares with its parent is a matter of flags.</summary>
sealed class ForkAndCloneDemo(Narrator narrator)
{
    const long Before = 1;
    const long After = 42;
    const int ExitCode = 7;
    const string InnerName = "inside-the-demo";

    public void Give()
    {
        using var page = new OwnPage();
        Fork(page);
        ShareMemory(page);
        NewName();
    }

    void Fork(OwnPage page)
    {
        narrator.Say("First a fork: the child gets the parent's memory as it is, or rather a promise of it.");
        page.Value = Before;
        var (parent, child) = UnixSocket.Pair();
        using (parent)
        using (child)
        {
            using var plan = WriteAndReport(parent, child, page);
            using var process = BareProcess.Clone(plan.Plan, 0);
            TellClone(process, "A child with a copy of everything: what fork does.");
            Frames("The child's page, at the same address, lies in the same place: nothing was copied yet.", page, process);

            Send(parent, After);
            var seen = Receive(parent, sizeof(long));
            plan.TellDone(narrator, process);
            narrator.Host("In the parent's memory is what was there before.", At(page), page.Value);
            narrator.Inside("In the child's is what it wrote.", At(page), MemoryMarshal.Read<long>(seen));
            Frames("The parent's page stayed; the child got one of its own at the moment when it wrote: copy on write.", page, process);

            Files.Write(parent, [0]);
            TellExit(process);
        }
    }

    void ShareMemory(OwnPage page)
    {
        narrator.Say("Now the same child, but with CLONE_VM: it gets no memory, it uses the parent's. posix_spawn does so, with which the panel starts its monitors.");
        page.Value = Before;
        narrator.Host("The parent's memory holds the old number again.", At(page), page.Value);
        var (parent, child) = UnixSocket.Pair();
        using (parent)
        using (child)
        {
            using var plan = WriteAndReport(parent, child, page);
            // All that the child will wait for, in advance: its parent sleeps until it has ended.
            Send(parent, After);
            Files.Write(parent, [0]);
            using var process = BareProcess.CloneInSameMemory(plan.Plan);
            TellClone(process, "A child in the parent's own memory; CLONE_VFORK lets the parent wait until it has ended.");
            plan.TellDone(narrator, process);
            narrator.Host("In the parent's memory is what the child wrote.", At(page), page.Value);
            narrator.Inside("And so it was for the child: there was one memory.", At(page), MemoryMarshal.Read<long>(Receive(parent, sizeof(long))));
            TellExit(process);
        }
    }

    void NewName()
    {
        narrator.Say("Last a child with a namespace: CLONE_NEWUTS gives it a host name of its own.");
        var (parent, child) = UnixSocket.Pair();
        using (parent)
        using (child)
        {
            using var plan = Begin(parent);
            plan.Steps.SetHostName(InnerName);
            plan.Tell("The child renames its host.");
            plan.Steps.SendHostName(Files.Number(child));
            plan.Steps.AwaitParent(Files.Number(child));
            narrator.Host("The host's name before.", "/proc/sys/kernel/hostname", ProcessFiles.FirstLine("/proc/sys/kernel/hostname"));
            using var process = BareProcess.Clone(plan.Plan, Namespaces.Uts);
            TellClone(process, "A child in a new uts namespace, which begins as a copy of the parent's.");
            var name = Encoding.UTF8.GetString(Receive(parent, PlanBuilder.HostNameSize)).Split('\0')[0];
            plan.TellDone(narrator, process);
            narrator.Host("The host's name after.", "/proc/sys/kernel/hostname", ProcessFiles.FirstLine("/proc/sys/kernel/hostname"));
            narrator.Inside("The name that the child sees.", "uname", name);
            foreach (var type in (ReadOnlySpan<string>)["uts", "pid", "mnt", "net"])
            {
                CompareNamespace(process, type);
            }

            var before = Clock.Monotonic();
            Processes.Signal(process.PidFd, Signals.Terminate);
            var end = process.Reap();
            narrator.Call($"pidfd_send_signal(process {process.Pid}, SIGTERM); waitid", "This child is asked to end.", Clock.Monotonic() - before, 0);
            narrator.Host("It ended by a signal, not by an exit; a shell shows 128 and the signal's number.", "waitid status", $"{Signals.Name(end.Signal)} ({end.ExitCode})");
            narrator.Change("With its last process the namespace is gone.");
        }
    }

    /// <summary>The child writes a number that it is given into the page, sends what it finds there, waits once more, and ends.</summary>
    static ToldPlan WriteAndReport(SafeFileHandle parent, SafeFileHandle child, OwnPage page)
    {
        var plan = Begin(parent);
        plan.Steps.ReadInto(Files.Number(child), page.Address, sizeof(long));
        plan.Tell("The child reads a number into its memory, at an address that both have.");
        plan.Steps.Send(Files.Number(child), page.Address, sizeof(long));
        plan.Steps.AwaitParent(Files.Number(child));
        plan.Steps.Exit(ExitCode);
        return plan;
    }

    static ToldPlan Begin(SafeFileHandle parent)
    {
        var plan = new ToldPlan();
        plan.Steps.Close(Files.Number(parent));
        plan.Begin();
        return plan;
    }

    void TellClone(BareProcess process, string text) =>
        narrator.Call(process.Call, text, process.ClonedAt - process.StartedAt, process.Pid);

    void TellExit(BareProcess process)
    {
        Processes.AwaitEnd(process.PidFd);
        narrator.Host("The child has ended, but its entry stays until the parent asks how: a zombie.", $"/proc/{process.Pid}/stat", process.State().ToString());
        var before = Clock.Monotonic();
        var end = process.Reap();
        narrator.Call($"waitid(process {process.Pid})", "The parent asks, and the entry is gone.", Clock.Monotonic() - before, 0);
        narrator.Host("The child's exit code.", "waitid status", end.ExitCode);
    }

    void CompareNamespace(BareProcess process, string type)
    {
        var own = Files.ReadLink($"/proc/self/ns/{type}");
        var other = Files.ReadLink(string.Create(CultureInfo.InvariantCulture, $"/proc/{process.Pid}/ns/{type}"));
        narrator.Host($"The parent's {type} namespace.", $"/proc/self/ns/{type}", own);
        narrator.Inside(own == other ? "The child's is the same." : "The child's is another one.", $"/proc/{process.Pid}/ns/{type}", other);
    }

    /// <summary>Where the page lies in the machine's memory, for parent and child.</summary>
    void Frames(string text, OwnPage page, BareProcess process)
    {
        if (page.FrameIn(Processes.OwnId()) is { } own && page.FrameIn(process.Pid) is { } other)
        {
            narrator.Host("The physical page behind the parent's address.", "/proc/self/pagemap", Frame(own));
            narrator.Inside(text, $"/proc/{process.Pid}/pagemap", Frame(other));
        }
        else
        {
            narrator.Say("This kernel does not say where a page lies in the machine's memory.");
        }
    }

    static string Frame(ulong number) => string.Create(CultureInfo.InvariantCulture, $"page 0x{number:x}");

    static string At(OwnPage page) => string.Create(CultureInfo.InvariantCulture, $"memory at 0x{page.Address:x}");

    static void Send(SafeFileHandle socket, long number) => Files.Write(socket, MemoryMarshal.AsBytes([number]));

    static byte[] Receive(SafeFileHandle socket, int size)
    {
        var bytes = new byte[size];
        for (var length = 0; length < size;)
        {
            var count = Files.Read(socket, bytes.AsSpan(length));
            length += count > 0 ? count : throw new DemoException("The child ended before it could report; somebody else may have killed it.");
        }

        return bytes;
    }
}
