using System.Text;
using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Cgroups;

/// <summary>A container's cgroup in one hierarchy.</summary>
/// <param name="path">Below the hierarchy's mount, without a slash at its ends.</param>
sealed class CgroupBranch(CgroupHierarchy hierarchy, string path)
{
    public CgroupHierarchy Hierarchy { get; } = hierarchy;

    public string Path { get; } = path;

    /// <summary>Its folder on the host.</summary>
    public string Place { get; } = $"{hierarchy.Path}/{path}";

    public bool IsUnified => Hierarchy.IsUnified;

    /// <summary>Whether this process made it and has written no limit yet: every file in it holds the kernel's defaults.</summary>
    public bool IsFresh { get; set; }

    public Folder OpenFolder() => Folder.Open(Place);

    /// <exception cref="KernelException">ENOENT when the kernel has no such file, or the cgroup is gone.</exception>
    public SafeFileHandle Open(string file, Open flags) =>
        Files.OpenPath($"{Place}/{file}", flags);

    /// <summary>Whether the kernel has a file of that name in this cgroup.</summary>
    public bool Has(string file)
    {
        try
        {
            using var handle = Open(file, Kernel.Open.Path);
            return true;
        }
        catch (KernelException e) when (e.Errno is Errno.ENOENT)
        {
            return false;
        }
    }

    /// <summary>What a file holds, or null when there is none or the cgroup is gone.</summary>
    public string? TryRead(string file)
    {
        try
        {
            using var handle = Open(file, Kernel.Open.ReadOnly);
            return Encoding.ASCII.GetString(Files.ReadAll(handle));
        }
        catch (KernelException e) when (e.Errno is Errno.ENOENT or Errno.ENODEV or Errno.EOPNOTSUPP)
        {
            return null;
        }
    }

    /// <summary>Writes a value in one call, as the kernel's files want it.</summary>
    public void Write(string file, string value)
    {
        using var handle = Open(file, Kernel.Open.WriteOnly);
        Write(handle, file, value);
    }

    /// <summary>Writes to a file that is open already.</summary>
    public void Write(SafeFileHandle handle, string file, string value)
    {
        Span<byte> small = stackalloc byte[128];
        var bytes = value.Length <= small.Length ? small[..Encoding.ASCII.GetBytes(value, small)] : Encoding.ASCII.GetBytes(value);
        Files.Write(handle, bytes, $"{Place}/{file}");
    }

    /// <returns>False when there is no such file, or the cgroup is gone.</returns>
    public bool TryWrite(string file, string value)
    {
        try
        {
            Write(file, value);
            return true;
        }
        catch (KernelException e) when (e.Errno is Errno.ENOENT or Errno.ENODEV)
        {
            return false;
        }
    }
}
