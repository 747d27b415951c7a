using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Sandbox;

public sealed class PlanBuilderTests : IDisposable
{
    readonly LaunchMemory _memory = LaunchMemory.Create();
    readonly PlanBuilder _plan;

    public PlanBuilderTests() => _plan = new PlanBuilder(_memory);

    public void Dispose() => _memory.Dispose();

    [Fact]
    public void Each_call_is_written_as_it_will_be_made()
    {
        var root = _plan.OpenPath("/", "root");
        var context = _plan.OpenFilesystem("tmpfs");
        _plan.SetOption(context, "mode", "755");
        _plan.SetOption(context, "noswap", null);
        var mount = _plan.CreateMount(context, MountApi.AttributeReadOnly, "mount");
        _plan.Attach(mount, "/host");
        _plan.Attach(9, root);
        _plan.ChangeOwner(0, 1000, uint.MaxValue);
        _plan.SetResourceLimit(new RlimitSpec(7, 512, ulong.MaxValue));
        _plan.SetCapabilities(new CapabilitySpec { Effective = 1, Permitted = 1UL << 40 });
        _plan.SetGroups([5]);
        _plan.SetGroups([]);
        _plan.ResetSignal(13);
        _plan.MakeNode(root, "null", FileFacts.CharacterDevice | 0b110_110_110, 1, 3);
        _plan.MakeNode(root, "disk", FileFacts.BlockDevice | 0b110_110_000, 259, 70000);
        _plan.WriteFile("/proc/self/oom_score_adj", "-5");
        _plan.Unshare(Namespaces.Cgroup);
        _plan.SetDomainName("example");
        _plan.Execute(["/bin/a", "/bin/b"], ["a", "x y"], ["A=1"]);
        Assert.Equal(
            """
             1  root = openat(AT_FDCWD, "/", O_CLOEXEC|O_PATH|O_DIRECTORY, 00)
             2  context = fsopen("tmpfs")
             3  fsconfig(context, STRING, "mode", "755")
             4  fsconfig(context, FLAG, "noswap", null)
             5  fsconfig(context, CREATE, null, null)
             6  mount = fsmount(context, 1, ro)
             7  close(context)
             8  move_mount(mount, "", AT_FDCWD, "/host")
             9  move_mount(9, "", root, "")
            10  fchown(0, 1000, 4294967295)
            11  prlimit64(0, RLIMIT_NOFILE, {512, unlimited})
            12  capset(…, {effective CAP_CHOWN, permitted CAP_CHECKPOINT_RESTORE, inheritable none})
            13  setgroups(1, …)
            14  setgroups(0, …)
            15  rt_sigaction(SIGPIPE, …)
            16  mknodat(root, "null", S_IFCHR|0666, 1:3)
            17  mknodat(root, "disk", S_IFBLK|0660, 259:70000)
            18  file = openat(AT_FDCWD, "/proc/self/oom_score_adj", O_WRONLY|O_CLOEXEC, 00)
            19  write(file, "-5", 2)
            20  close(file)
            21  unshare(CLONE_NEWCGROUP)
            22  setdomainname("example", 7)
            23  execve("/bin/a", ["a", "x y"], [A])  ; on ENOENT or ENOTDIR or EACCES go on
            24  execve("/bin/b", ["a", "x y"], [A])

            """,
            PlanPrinter.Print(_plan.Build()));
    }

    [Fact]
    public void Steps_of_a_process_that_stays_what_it_is_are_printed_with_their_addresses()
    {
        _plan.GetProcessId();
        _plan.ReadInto(4, 0x7000, 8);
        _plan.Send(4, 0x7000, 8);
        _plan.Sleep();
        _plan.Exit(7);
        Assert.Equal(
            """
            1  getpid()
            2  read(4, 0x7000, 8)
            3  sendto(4, 0x7000, 8, 16384)
            4  ppoll(null, 0, null, null)
            5  exit_group(7)

            """,
            PlanPrinter.Print(_plan.Build()));
    }

    [Fact]
    public void The_hosts_name_is_sent_from_its_place_in_the_structure()
    {
        _plan.SendHostName(4);
        var plan = _plan.Build();
        Assert.StartsWith("uname(0x", PlanPrinter.Call(plan, 0).Text, StringComparison.Ordinal);
        Assert.Equal(plan[0].Arguments[0] + 65, plan[1].Arguments[1]);
    }

    [Fact]
    public void A_released_register_is_used_again_under_its_name()
    {
        var first = _plan.OpenPath("/a", "place");
        var second = _plan.OpenPath("/b", "place");
        _plan.Close(first);
        Assert.Equal(first, _plan.OpenPath("/c", "place"));
        var plan = _plan.Build();
        Assert.Equal(["place", "place2"], Enumerable.Range(0, plan.RegisterCount).Select(plan.Register));
        Assert.NotEqual(first, second);
    }

    [Fact]
    public void There_is_an_end_of_registers()
    {
        for (var i = 0; i < LaunchMemory.MaximumRegisters; i++)
        {
            _plan.OpenPath("/", "r");
        }

        Assert.Throws<InvalidOperationException>(() => _plan.OpenPath("/", "r"));
    }

    [Fact]
    public void A_step_leads_past_those_that_its_result_makes_needless()
    {
        _plan.ChangeFolder("/a");
        _plan.Tolerate(Errno.ENOENT).Tolerate(Errno.EACCES);
        var mark = _plan.Mark();
        _plan.SetUmask(0);
        _plan.SetUmask(1);
        _plan.SkipFromOnTolerated(mark);
        _plan.SetUmask(2);
        _plan.SkipFromOnSuccess(mark);
        var plan = _plan.Build();
        Assert.Equal((3, 2), (plan[0].SkipOnSuccess, plan[0].SkipOnTolerated));
        Assert.True(plan[0].Tolerates((int)Errno.ENOENT));
        Assert.True(plan[0].Tolerates((int)Errno.EACCES));
        Assert.False(plan[0].Tolerates((int)Errno.EPERM));
        Assert.Contains("chdir(\"/a\")  ; on ENOENT or EACCES go to 4  ; then go to 5", PlanPrinter.Print(plan), StringComparison.Ordinal);
        Assert.Equal(4, _plan.Count);
    }
}
