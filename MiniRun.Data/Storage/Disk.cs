using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MiniRun.Data.Storage;

/// <summary>What the store does to the disk; tests fail or trace it act by act.</summary>
enum DiskAct
{
    CreateFolder,
    CreateFile,
    Write,
    Truncate,
    Sync,
    SyncFolder,
    Rename,
    Delete,
}

/// <summary>The acts that the store's promises rest on. Each one throws when the kernel refuses.</summary>
/// <param name="before">Called before each act with its path; an exception from it is the act's failure.</param>
sealed class Disk(Action<DiskAct, string>? before = null)
{
    public const string TemporarySuffix = ".tmp";

    const UnixFileMode OwnerOnlyFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    const UnixFileMode OwnerOnlyFolder = OwnerOnlyFile | UnixFileMode.UserExecute;

    /// <summary>.NET reports EACCES and EPERM as an exception that is not an IOException.</summary>
    public static bool IsRefusal(Exception exception) => exception is IOException or UnauthorizedAccessException;

    /// <summary>Makes the folder, for its owner only, and makes its name durable.</summary>
    public void CreateFolder(string path)
    {
        if (Directory.Exists(path))
        {
            return;
        }

        before?.Invoke(DiskAct.CreateFolder, path);
        Directory.CreateDirectory(path, OwnerOnlyFolder);
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } parent)
        {
            SyncFolder(parent);
        }
    }

    public FileStream Open(string path, FileMode mode)
    {
        if (mode is not FileMode.Open)
        {
            before?.Invoke(DiskAct.CreateFile, path);
        }

        return new FileStream(path, new FileStreamOptions
        {
            Mode = mode,
            Access = FileAccess.ReadWrite,
            // Readers open the log beside its writer; the store's own lock keeps other processes out.
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
            UnixCreateMode = mode is FileMode.Open ? null : OwnerOnlyFile,
        });
    }

    public void Write(FileStream file, ReadOnlySpan<byte> bytes, long offset)
    {
        before?.Invoke(DiskAct.Write, file.Name);
        RandomAccess.Write(file.SafeFileHandle, bytes, offset);
    }

    public void Truncate(FileStream file, long length)
    {
        before?.Invoke(DiskAct.Truncate, file.Name);
        RandomAccess.SetLength(file.SafeFileHandle, length);
    }

    public void Sync(FileStream file)
    {
        before?.Invoke(DiskAct.Sync, file.Name);
        Fsync(file.SafeFileHandle, file.Name);
    }

    /// <summary>Without this a new, renamed or deleted name may be undone by a power cut.</summary>
    public void SyncFolder(string path)
    {
        before?.Invoke(DiskAct.SyncFolder, path);
        using var folder = Libc.Open(path, Libc.ReadOnly | Libc.CloseOnExec);
        if (folder.IsInvalid)
        {
            throw Failure("open", path);
        }

        Fsync(folder, path);
    }

    public void Rename(string from, string to)
    {
        before?.Invoke(DiskAct.Rename, to);
        File.Move(from, to, overwrite: true);
    }

    public void Delete(string path)
    {
        before?.Invoke(DiskAct.Delete, path);
        File.Delete(path);
    }

    /// <summary>Old or new content, never a mix. The folder's fsync is the caller's, so that many files share one.</summary>
    public void Replace(string path, ReadOnlySpan<byte> content)
    {
        var temporary = TemporaryName(path);
        using (var file = Open(temporary, FileMode.Create))
        {
            Write(file, content, 0);
            Sync(file);
        }

        Rename(temporary, path);
    }

    /// <summary>Moves a damaged file (or whatever lies in its place) to the first free <c>.corrupt-n</c> name.</summary>
    public string Quarantine(string path)
    {
        var number = 1;
        while (Path.Exists($"{path}.corrupt-{number}"))
        {
            number++;
        }

        var kept = $"{path}.corrupt-{number}";
        before?.Invoke(DiskAct.Rename, kept);
        Directory.Move(path, kept);
        return kept;
    }

    // The leading dot keeps the name apart from every record's id.
    public static string TemporaryName(string path) =>
        Path.Join(Path.GetDirectoryName(path), "." + Path.GetFileName(path) + TemporarySuffix);

    static void Fsync(SafeFileHandle handle, string path)
    {
        while (Libc.Fsync(handle) != 0)
        {
            if (Marshal.GetLastPInvokeError() != Libc.Eintr)
            {
                throw Failure("fsync", path);
            }
        }
    }

    static IOException Failure(string call, string path) =>
        new($"{call} {path}: {Marshal.GetLastPInvokeErrorMessage()}", Marshal.GetLastPInvokeError());
}
