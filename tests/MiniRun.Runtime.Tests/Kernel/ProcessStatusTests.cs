using System.Diagnostics;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Tests.Kernel;

public sealed class ProcessStatusTests
{
    const string Status = """
        Name:	a b) c
        State:	S (sleeping)
        PPid:	41
        Uid:	1000	1001	1002	1003
        NSpid:	4711	17	3
        VmRSS:	   1024 kB
        Threads:	5
        """;

    static ReadOnlySpan<byte> Stat => "4711 (a b) c) S 41 1 1 0 -1 4194560 1 2 3 4 250 50 7 8 20 0 5 0 98765 1000 256 18446744073709551615"u8;

    [Fact]
    public void The_files_of_a_process_are_read_whatever_its_name() => Assert.Equal(
        new ProcessStatus(4711, 3, 41, 1001, 'S', 5, 1 << 20, TimeSpan.FromSeconds(3), 98765, "a -b c"),
        ProcessStatus.Parse(4711, Status, Stat, "a\0-b\0c\0"u8));

    [Fact]
    public void One_without_arguments_and_memory_has_its_name()
    {
        var status = ProcessStatus.Parse(4711, Status.Replace("VmRSS:	   1024 kB", "", StringComparison.Ordinal), Stat, []);
        Assert.Equal(("[a]", 0L), (status.Command, status.Memory));
    }

    [Fact]
    public async Task A_child_is_seen_until_it_is_gone()
    {
        using var child = Process.Start("/bin/sleep", ["1000"]);
        var status = ProcessStatus.TryRead(child.Id)!;
        Assert.Equal((child.Id, child.Id, Environment.ProcessId, 1), (status.Pid, status.InnermostPid, status.ParentPid, status.Threads));
        Assert.Equal(Processes.StartTime(child.Id), status.StartTime);
        child.Kill();
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Null(ProcessStatus.TryRead(child.Id));
    }
}
