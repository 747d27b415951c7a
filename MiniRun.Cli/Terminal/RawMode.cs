using System.Runtime.InteropServices;

namespace MiniRun.Cli.Terminal;

/// <summary>Raw mode for as long as it lives; the terminal is given back on every way out, a signal's included.</summary>
sealed class RawMode : IDisposable
{
    readonly int _descriptor;
    readonly byte[] _before = new byte[Tty.SettingsBytes];
    readonly PosixSignalRegistration[] _signals;
    int _restored;

    public RawMode(int descriptor)
    {
        _descriptor = descriptor;
        if (Tty.GetSettings(descriptor, _before) != 0)
        {
            throw new IOException($"the terminal's mode cannot be read: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        var raw = _before.ToArray();
        Tty.MakeRaw(raw);
        // The default handling of these would end the process with the terminal still raw.
        _signals = [.. new[] { PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT }
            .Select(signal => PosixSignalRegistration.Create(signal, _ => Restore()))];
        AppDomain.CurrentDomain.ProcessExit += OnExit;
        if (Tty.SetSettings(descriptor, Tty.Now, raw) != 0)
        {
            var reason = Marshal.GetLastPInvokeErrorMessage();
            Dispose();
            throw new IOException($"the terminal cannot be set to raw mode: {reason}");
        }
    }

    public void Dispose()
    {
        Restore();
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        Array.ForEach(_signals, signal => signal.Dispose());
    }

    void OnExit(object? sender, EventArgs arguments) => Restore();

    void Restore()
    {
        if (Interlocked.Exchange(ref _restored, 1) == 0)
        {
            Tty.SetSettings(_descriptor, Tty.Now, _before);
        }
    }
}
