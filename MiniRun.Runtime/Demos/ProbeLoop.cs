using System.Globalization;
using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox;

namespace MiniRun.Runtime.Demos;

/// <summary>The probe's own side: reads a request, makes the call, answers, until its demonstration is gone.</summary>
sealed class ProbeLoop(ProbeLine line, int? spare)
{
    public const string Program = "/proc/self/exe";

    const string Verb = "demo-child";

    readonly List<BareProcess> _copies = [];
    long _result;
    string _text = "";

    /// <summary>The words of a command line that starts a probe.</summary>
    /// <param name="own">The descriptor of its line.</param>
    /// <param name="spare">The descriptor of the line for the process that it makes.</param>
    public static string[] Arguments(int own, int spare) => ["minirun-runtime", Verb, Text(own), Text(spare)];

    /// <returns>The process's exit code.</returns>
    public static int Run(ReadOnlySpan<string> words)
    {
        // A peer that is gone is an answer, not a signal.
        Signals.Ignore(Signals.Pipe);
        Files.CloseOnExecFrom3();
        if (words is ["pass-on", var passed])
        {
            // A parent that ends at once: its child is an orphan from birth.
            using var pipe = Handle(passed);
            Spawn.Start(Program, ["minirun-runtime", Verb, "3"], [], Files.Number(pipe));
            return 0;
        }

        using var line = new ProbeLine(Handle(words[0]));
        return new ProbeLoop(line, words.Length > 1 ? Number(words[1]) : null).Run();
    }

    int Run()
    {
        while (line.TryRead() is { } request)
        {
            var words = request.Split(' ', 2);
            (_result, _text) = (0, "");
            var before = Clock.Monotonic();
            try
            {
                Do(words[0], words.Length > 1 ? words[1] : "");
            }
            catch (KernelException e)
            {
                _result = -(long)e.Errno;
            }

            if (!line.TryWrite(new ProbeAnswer(_result, Clock.Monotonic() - before, _text).Write()))
            {
                return 0;
            }
        }

        return 0;
    }

    void Do(string call, string argument)
    {
        switch (call)
        {
            case "getpid":
                _result = Processes.OwnId();
                break;
            case "getppid":
                _result = Processes.ParentId();
                break;
            case "readlink":
                _text = Files.ReadLink(argument);
                break;
            case "list":
                _text = ProcessFiles.List(argument);
                break;
            case "identity":
                _text = ProcessFiles.Identity(argument);
                break;
            case "processes":
                _text = string.Join(' ', ProcessFiles.Processes());
                break;
            case "read":
                _text = ProcessFiles.FirstLine(argument);
                break;
            case "cgroup":
                _text = ProcessFiles.Cgroups();
                break;
            case "mount":
                OwnRoot.Mount(argument.Split(' ')[0], argument.Split(' ')[1]);
                break;
            case "mkdir":
                OwnRoot.MakeFolder(argument);
                break;
            case "chdir":
                OwnRoot.ChangeFolder(argument);
                break;
            case "chroot":
                OwnRoot.Change(argument);
                break;
            case "pivot_root":
                OwnRoot.Pivot();
                break;
            case "umount2":
                OwnRoot.Detach();
                break;
            case "kill":
                Kill(int.Parse(argument, CultureInfo.InvariantCulture));
                break;
            case "orphan":
                MakeOrphan();
                break;
            case "mmap":
                _result = (long)OwnPage.Take(long.Parse(argument, CultureInfo.InvariantCulture));
                break;
            case "fork":
                Copy();
                break;
            case "forget":
                _copies.ForEach(copy => copy.Dispose());
                break;
            case "spin":
                Spin(long.Parse(argument, CultureInfo.InvariantCulture));
                break;
            default:
                _result = -(long)Errno.ENOSYS;
                break;
        }
    }

    static void Kill(int pid)
    {
        using var target = Processes.OpenPidFd(pid);
        Processes.Signal(target, Signals.Kill);
    }

    /// <summary>Makes a process that makes another one and ends; the result is the first one's number.</summary>
    void MakeOrphan()
    {
        var passed = spare ?? throw new KernelException("spawn", null, Errno.EBADF);
        var pid = Spawn.Start(Program, ["minirun-runtime", Verb, "pass-on", "3"], [], passed);
        using var parent = Processes.OpenPidFd(pid);
        Processes.Reap(parent, wait: true);
        // The orphan alone shall hold its line: when it ends, the line ends.
        using var done = new SafeFileHandle(passed, ownsHandle: true);
        _result = pid;
    }

    /// <summary>Makes a copy of this process that sleeps for ever; the result is its number.</summary>
    void Copy()
    {
        using var plan = new ToldPlan();
        plan.Begin();
        plan.Steps.Sleep();
        var copy = BareProcess.Clone(plan.Plan, 0);
        _copies.Add(copy);
        _result = copy.Pid;
    }

    /// <summary>Computes for so many milliseconds of real time; the result is the CPU time that it got, in microseconds.</summary>
    void Spin(long milliseconds)
    {
        var (end, before) = (Clock.Monotonic() + (milliseconds * 1_000_000), Clock.ProcessorTime());
        while (Clock.Monotonic() < end)
        {
        }

        _result = (Clock.ProcessorTime() - before) / 1000;
    }

    static SafeFileHandle Handle(string number) => new(Number(number), ownsHandle: true);

    static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
