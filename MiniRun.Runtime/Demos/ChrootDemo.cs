using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox;

namespace MiniRun.Runtime.Demos;

/// <summary>chroot(2) against pivot_root(2): the same process, the same folder, the same way out; one of them has it.</summary>
sealed class ChrootDemo(Narrator narrator)
{
    /// <summary>Every host has it; what is mounted there is seen by the probe alone, and goes with it.</summary>
    const string Root = "/tmp";

    public void Give()
    {
        var host = ProcessFiles.Identity("/");
        using (var locked = Start("A process with mounts of its own, so that nothing of this stays on the host."))
        {
            narrator.Host("The root folder of the host.", "device:inode of /", host);
            narrator.Inside("The new process has the same so far.", "device:inode of /", locked.Ask("identity /").Text);
            narrator.Say("First chroot alone.");
            LockIn(locked);
            BreakOut(locked);
            Compare(locked, host, "It is out: its root is the host's again. chroot changes where paths begin, not what a process can reach.");
        }

        using var pivoted = Start("Now again, from the beginning, with another process and a fresh folder.");
        narrator.Say("This time with pivot_root, as MiniRun does it.");
        Pivot(pivoted);
        BreakOut(pivoted);
        Compare(pivoted, host, "It is where it was. The old root is not mounted in its mount namespace any more: there is nothing to break out to.");
    }

    Probe Start(string text)
    {
        var probe = Probe.Start(Namespaces.Mount, plan =>
        {
            var steps = plan.Steps;
            steps.MakeMountsPrivate();
            var context = steps.OpenFilesystem("tmpfs");
            var mount = steps.CreateMount(context, 0, "mount");
            steps.Attach(mount, Root);
            plan.Tell($"An empty filesystem in memory lies at {Root}: the container's root to be.");
            steps.MakeFolder(mount, "etc", 0b111_101_101);
            steps.MakeFile(mount, "hello.txt", 0b110_100_100);
        });
        try
        {
            probe.TellClone(narrator, text);
            probe.Release(narrator);
            return probe;
        }
        catch
        {
            probe.Dispose();
            throw;
        }
    }

    void LockIn(Probe probe)
    {
        Names("Before, / holds what the host's does.", probe);
        probe.Tell(narrator, $"chroot {Root}", $"chroot(\"{Root}\")", "From now on the process's paths begin here.");
        probe.Tell(narrator, "chdir /", "chdir(\"/\")", "And so does its working directory.");
        narrator.Host("Seen from the host, its root is this folder.", probe.Entry("root"), probe.Link("root"));
        Names("After, / holds the two entries of the new root.", probe);
        narrator.Inside("It is another folder than before.", "device:inode of /", probe.Ask("identity /").Text);
        narrator.Inside("The host's files have no name there.", "open(\"/proc\")", Narrator.Show(probe.Ask("identity /proc").Result));
    }

    void Pivot(Probe probe)
    {
        probe.Tell(narrator, $"chdir {Root}", $"chdir(\"{Root}\")", "The working directory is the new root's mount.");
        probe.Tell(narrator, "pivot_root", "pivot_root(\".\", \".\")", "It becomes the root of the whole mount namespace; the old root lies on top of it.");
        probe.Tell(narrator, "umount2", "umount2(\".\", MNT_DETACH)", "The old root, with every mount of the host below it, leaves this mount namespace.");
        probe.Tell(narrator, "chdir /", "chdir(\"/\")", "What is left is the new root.");
        narrator.Host("Seen from the host, its root is the top of its own mounts.", probe.Entry("root"), probe.Link("root"));
        Names("/ holds the two entries of the new root.", probe);
        narrator.Inside("It is another folder than the host's.", "device:inode of /", probe.Ask("identity /").Text);
    }

    /// <summary>The way out that chroot(2) itself describes.</summary>
    void BreakOut(Probe probe)
    {
        narrator.Say("The classic way out: root may call chroot again, and chroot leaves the working directory where it is.");
        probe.Tell(narrator, "mkdir hole", "mkdir(\"hole\")", "A folder to change into.");
        probe.Tell(narrator, "chroot hole", "chroot(\"hole\")", "The root is below the working directory now: nothing stops \"..\" on its way up.");
        probe.Tell(narrator, "chdir ..", "chdir(\"..\")", "Up, past the folder that was the root a moment ago.");
        probe.Tell(narrator, "chroot .", "chroot(\".\")", "Where it has arrived becomes its root.");
    }

    void Compare(Probe probe, string host, string verdict)
    {
        var reached = probe.Ask("identity /").Text;
        narrator.Host("The root folder of the host.", "device:inode of /", host);
        narrator.Inside(reached == host ? "The root that it reached is the same folder." : "The root that it reached is its own.", "device:inode of /", reached);
        Names("It sees these names.", probe);
        narrator.Change(verdict, reached == host ? "escaped" : "held");
    }

    void Names(string text, Probe probe) => narrator.Inside(text, "names in /", probe.Ask("list /").Text);
}
