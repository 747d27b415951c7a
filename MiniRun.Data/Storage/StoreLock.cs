using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace MiniRun.Data.Storage;

/// <summary>One owner per store: flock, which the kernel frees when its holder dies, however it dies.</summary>
sealed class StoreLock : IDisposable
{
    readonly FileStream _file;

    StoreLock(FileStream file) => _file = file;

    /// <exception cref="IOException">Another process, or another log of this one, has the store open.</exception>
    public static StoreLock Take(Disk disk, string folder)
    {
        var file = disk.Open(Path.Join(folder, ".lock"), FileMode.OpenOrCreate);
        try
        {
            if (Libc.Flock(file.SafeFileHandle, Libc.LockExclusive | Libc.LockNonBlocking) != 0)
            {
                throw Marshal.GetLastPInvokeError() == Libc.Eagain
                    ? new IOException($"The store {folder} is in use by {Holder(file)}: stop it first, or set MINIRUN_HOME to another folder.")
                    : new IOException($"The store {folder} cannot be locked: {Marshal.GetLastPInvokeErrorMessage()}.");
            }

            NoteHolder(file);
            return new StoreLock(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public void Dispose() => _file.Dispose();

    // The number only helps the sentence above; a full disk must not keep the store from opening.
    static void NoteHolder(FileStream file)
    {
        try
        {
            RandomAccess.SetLength(file.SafeFileHandle, 0);
            RandomAccess.Write(file.SafeFileHandle, Encoding.ASCII.GetBytes($"{Environment.ProcessId}\n"), 0);
        }
        catch (IOException)
        {
        }
    }

    static string Holder(FileStream file)
    {
        Span<byte> text = stackalloc byte[16];
        var length = RandomAccess.Read(file.SafeFileHandle, text, 0);
        return int.TryParse(text[..length].TrimEnd((byte)'\n'), CultureInfo.InvariantCulture, out var pid)
            ? $"process {pid}"
            : "another process";
    }
}
