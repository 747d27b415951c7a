using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Sandbox;

/// <summary>The order in which one more process gets into a container.</summary>
public sealed class ExecPlanTests
{
    [Fact]
    public void It_enters_its_cgroup_then_its_namespaces_and_drops_privileges_last() => InOrder(
        Print(new ProcessSpec { Arguments = ["/bin/true"], WorkingDirectory = "/srv", NoNewPrivileges = true }, Namespaces.Mount | Namespaces.Network),
        "close(11)", "PR_SET_PDEATHSIG", "setsid()", "await_parent(10)", "setns(12, ", "chdir(\"/srv\")", "getcwd()", "close_range(", "setgroups(", "capset(", "execve(\"/bin/true\"");

    [Fact]
    public void In_a_user_namespace_it_becomes_root_of_it_first() => InOrder(
        Print(new ProcessSpec { Arguments = ["/bin/true"], WorkingDirectory = "/" }, Namespaces.Mount | Namespaces.User),
        "setns(12, ", "setresgid(0", "setresuid(0", "PR_SET_PDEATHSIG", "chdir(\"/\")");

    [Fact]
    public void It_goes_into_its_cgroups_while_the_hosts_files_are_there()
    {
        var plan = new ExecPlan(LaunchMemory.Create(), new ProcessSpec { Arguments = ["/bin/true"], WorkingDirectory = "/" }, Settings);
        using var written = plan.Write(11, 12, Namespaces.Mount, [new CgroupEntrance(new CgroupHierarchy("/sys/fs/cgroup/pids", ["pids"], null, IsUnified: false), "c")]);
        InOrder(PlanPrinter.Print(written), "openat(AT_FDCWD, \"/sys/fs/cgroup/pids/c/tasks\"", "write(", "setns(12, ");
    }

    [Fact]
    public void A_terminal_is_one_of_the_containers_and_its_master_waits_for_the_parent()
    {
        var plan = new ExecPlan(LaunchMemory.Create(), new ProcessSpec { Arguments = ["/bin/true"], WorkingDirectory = "/", Terminal = true }, Settings);
        using var written = plan.Write(11, 12, Namespaces.Mount, []);
        InOrder(PlanPrinter.Print(written), "setns(12, ", "\"/dev/pts/ptmx\"", "TIOCGPTPEER", "dup3(", "TIOCSCTTY", "execve(");
        Assert.Null(plan.Listener);
    }

    static ProcessSettings Settings => new() { Sync = 10, IgnoredSignals = 1UL << (Signals.Pipe - 1), GrantableCapabilities = Capabilities.Everything };

    static string Print(ProcessSpec process, ulong namespaces)
    {
        using var plan = new ExecPlan(LaunchMemory.Create(), process, Settings).Write(11, 12, namespaces, []);
        return PlanPrinter.Print(plan);
    }

    static void InOrder(string plan, params string[] calls)
    {
        var at = 0;
        foreach (var call in calls)
        {
            var next = plan.IndexOf(call, at, StringComparison.Ordinal);
            Assert.True(next >= 0, $"{call} does not come next in:\n{plan[at..]}");
            at = next + call.Length;
        }
    }
}
