using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace MiniRun.Data.Storage;

/// <summary>One owner per store: flock, which the kernel frees when its holder dies, however it dies.</summary>
sealed class StoreLock : IDisposable
{
    const int OwnerOnly = 0x180; // 0600

    readonly SafeFileHandle _file;

    StoreLock(SafeFileHandle file) => _file = file;

    /// <exception cref="IOException">Another process, or another log of this one, has the store open.</exception>
    public static StoreLock Take(string folder)
    {
        // Not through .NET, which takes a shared flock of its own on every file it opens and would report this one first.
        var file = Libc.Open(Path.Join(folder, ".lock"), Libc.ReadWrite | Libc.Create | Libc.CloseOnExec, OwnerOnly);
        try
        {
            if (file.IsInvalid)
            {
                throw new IOException($"The store {folder} cannot be used: {Marshal.GetLastPInvokeErrorMessage()}.");
            }

            if (Libc.Flock(file, Libc.LockExclusive | Libc.LockNonBlocking) != 0)
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

    public void Dispose()
    {
        if (_file.IsClosed)
        {
            return;
        }

        // Not by closing alone: a process that is being started holds a copy of the descriptor until its program runs.
        _ = Libc.Flock(_file, Libc.Unlock);
        _file.Dispose();
    }

    // The number only helps the sentence above; a full disk must not keep the store from opening.
    static void NoteHolder(SafeFileHandle file)
    {
        try
        {
            RandomAccess.SetLength(file, 0);
            RandomAccess.Write(file, Encoding.ASCII.GetBytes($"{Environment.ProcessId}\n"), 0);
        }
        catch (IOException)
        {
        }
    }

    static string Holder(SafeFileHandle file)
    {
        Span<byte> text = stackalloc byte[16];
        var length = RandomAccess.Read(file, text, 0);
        return int.TryParse(text[..length].TrimEnd((byte)'\n'), CultureInfo.InvariantCulture, out var pid)
            ? $"process {pid}"
            : "another process";
    }
}
