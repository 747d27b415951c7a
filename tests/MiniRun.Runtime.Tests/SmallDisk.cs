using System.Diagnostics;

namespace MiniRun.Runtime.Tests;

/// <summary>A tmpfs that is full soon. Needs root.</summary>
sealed class SmallDisk : IDisposable
{
    readonly string _path;

    SmallDisk(string path) => _path = path;

    public static SmallDisk Mount(string path, string size)
    {
        Directory.CreateDirectory(path);
        Run("mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", path);
        return new SmallDisk(path);
    }

    public void Dispose() => Run("umount", "-l", _path);

    static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
