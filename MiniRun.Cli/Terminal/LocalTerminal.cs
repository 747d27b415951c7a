using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MiniRun.Cli.Terminal;

/// <summary>Descriptors 0 and 1, without System.Console, which would set the terminal's mode by its own ideas.</summary>
sealed class LocalTerminal : ILocalTerminal
{
    const int Input = 0;
    const int Output = 1;

    public bool InputIsTerminal => Tty.IsTerminal(Input) == 1;

    public bool OutputIsTerminal => Tty.IsTerminal(Output) == 1;

    public (int Columns, int Rows) Size => Tty.Size(Output) ?? (80, 24);

    public Stream OpenInput() => Open(Input, FileAccess.Read);

    public Stream OpenOutput() => Open(Output, FileAccess.Write);

    public IDisposable EnterRaw() => new RawMode(Input);

    public IDisposable OnResize(Action changed) => PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => changed());

    // Not owned: closing descriptor 1 would silence what is printed afterwards.
    static FileStream Open(int descriptor, FileAccess access) => new(new SafeFileHandle(descriptor, ownsHandle: false), access, bufferSize: 0);
}
