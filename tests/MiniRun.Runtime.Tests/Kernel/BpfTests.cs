using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Tests.Kernel;

[Trait("Category", "Integration")]
public sealed class BpfTests
{
    /// <summary>r0 = 1; exit.</summary>
    static readonly ulong[] AllowEverything = [0x1_0000_00b7, 0x95];

    [Fact]
    public void A_program_that_never_answers_is_refused() =>
        Assert.Equal(("bpf(BPF_PROG_LOAD)", Errno.EINVAL), Refusal(() => Bpf.LoadDeviceFilter([0x95], "broken"), Errno.EACCES));

    [Fact]
    public void A_folder_that_is_no_cgroup_takes_none()
    {
        using var place = new TemporaryFolder();
        using var program = Bpf.LoadDeviceFilter(AllowEverything, "a_name_of_many_more_letters"[..15]);
        Assert.Equal("bpf(BPF_PROG_ATTACH)", Refusal(() => Bpf.AttachDeviceFilter(place.Folder, program)).Call);
        Assert.Equal("bpf(BPF_PROG_DETACH)", Refusal(() => Bpf.DetachDeviceFilter(place.Folder, program)).Call);
        Assert.Equal("bpf(BPF_PROG_QUERY)", Refusal(() => Bpf.ProgramsOf(place.Folder)).Call);
    }

    /// <param name="other">What some kernels say instead.</param>
    static (string Call, Errno Errno) Refusal(Action action, Errno other = Errno.None)
    {
        var e = Assert.Throws<KernelException>(action);
        return (e.Call, e.Errno == other ? Errno.EINVAL : e.Errno);
    }
}
