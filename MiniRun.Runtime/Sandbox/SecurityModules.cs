using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Sandbox;

/// <summary>The security modules that a host's kernel runs. What a configuration asks of one that is not there would
/// silently leave a process unconfined.</summary>
/// <param name="sys">Where sysfs is mounted.</param>
sealed class SecurityModules(string sys)
{
    public static SecurityModules OfHost { get; } = new("/sys");

    /// <summary>Whether AppArmor is switched on; it may be built in and off.</summary>
    public bool HasAppArmor => FirstByte($"{sys}/module/apparmor/parameters/enabled") is (byte)'Y';

    /// <summary>Whether SELinux is switched on, which shows by its filesystem.</summary>
    public bool HasSelinux => FirstByte($"{sys}/fs/selinux/enforce") is not null;

    /// <exception cref="SpecException">The process shall be confined by a module that the host does not run.</exception>
    public void Require(ProcessSpec process)
    {
        if (process.AppArmorProfile.Length > 0 && !HasAppArmor)
        {
            throw new SpecException(
                "$.process.apparmorProfile", $"{SpecReader.Quoted(process.AppArmorProfile)} cannot be applied: this host does not run AppArmor; remove the profile");
        }

        if (process.SelinuxLabel.Length > 0 && !HasSelinux)
        {
            throw new SpecException(
                "$.process.selinuxLabel", $"{SpecReader.Quoted(process.SelinuxLabel)} cannot be applied: this host does not run SELinux; remove the label");
        }
    }

    static byte? FirstByte(string path)
    {
        Span<byte> first = stackalloc byte[1];
        try
        {
            using var file = Files.OpenPath(path, Open.ReadOnly);
            return Files.Read(file, first) > 0 ? first[0] : null;
        }
        catch (KernelException e) when (e.Errno is Errno.ENOENT or Errno.ENOTDIR)
        {
            return null;
        }
    }
}
