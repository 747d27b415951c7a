using System.Runtime.InteropServices;

namespace MiniRun.Runtime.Tests.Security;

/// <summary>Exchanges a folder and a link as fast as it can.</summary>
sealed partial class FolderSwap : IDisposable
{
    readonly string _folder;
    readonly string _link;
    readonly Thread _thread;
    volatile bool _isOver;

    public FolderSwap(string rootfs, string name, string target)
    {
        _folder = $"{rootfs}/{name}";
        _link = $"{rootfs}/{name}.link";
        Directory.CreateDirectory(_folder);
        File.CreateSymbolicLink(_link, target);
        _thread = new Thread(() =>
        {
            while (!_isOver)
            {
                _ = renameat2(-100, _folder, -100, _link, Exchange);
            }
        });
        _thread.Start();
    }

    public void Dispose()
    {
        _isOver = true;
        _thread.Join();
        foreach (var path in (string[])[_folder, _link])
        {
            if (new FileInfo(path).LinkTarget is null)
            {
                Directory.Delete(path, recursive: true);
            }
            else
            {
                File.Delete(path);
            }
        }
    }

    const uint Exchange = 2;

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int renameat2(int fromFolder, string from, int toFolder, string to, uint flags);
}
