namespace MiniRun.Cli.Terminal;

/// <summary>The terminal, or the pipes, that this program was started with.</summary>
interface ILocalTerminal
{
    bool InputIsTerminal { get; }

    bool OutputIsTerminal { get; }

    /// <summary>80 by 24 when there is no terminal.</summary>
    (int Columns, int Rows) Size { get; }

    Stream OpenInput();

    Stream OpenOutput();

    /// <summary>Every key goes to the container until the result is disposed.</summary>
    IDisposable EnterRaw();

    /// <summary>Calls back after each change of the size until the result is disposed.</summary>
    IDisposable OnResize(Action changed);
}
