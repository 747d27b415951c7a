using System.IO.Pipelines;
using System.Text;
using MiniRun.Cli.Terminal;

namespace MiniRun.Cli.Tests;

/// <summary>A terminal, or pipes, in memory.</summary>
sealed class FakeTerminal : ILocalTerminal
{
    readonly Pipe _input = new();
    readonly List<MemoryStream> _printed = [];
    Action? _resized;

    public bool IsTerminal { get; set; }

    public bool InputIsTerminal => IsTerminal;

    public bool OutputIsTerminal => IsTerminal;

    public (int Columns, int Rows) Size { get; private set; } = (100, 30);

    public bool HasResizeListener => _resized is not null;

    public bool IsRaw { get; private set; }

    public int RawSessions { get; private set; }

    public string Printed => string.Concat(_printed.Select(stream => Encoding.UTF8.GetString(stream.ToArray())));

    public async Task TypeAsync(string text) => await _input.Writer.WriteAsync(Encoding.UTF8.GetBytes(text));

    public void CloseInput() => _input.Writer.Complete();

    public void Resize(int columns, int rows)
    {
        Size = (columns, rows);
        _resized?.Invoke();
    }

    public Stream OpenInput() => _input.Reader.AsStream();

    public Stream OpenOutput()
    {
        _printed.Add(new MemoryStream());
        return _printed[^1];
    }

    public IDisposable EnterRaw()
    {
        IsRaw = true;
        RawSessions++;
        return new Undo(() => IsRaw = false);
    }

    public IDisposable OnResize(Action changed)
    {
        _resized = changed;
        return new Undo(() => _resized = null);
    }

    sealed class Undo(Action undo) : IDisposable
    {
        public void Dispose() => undo();
    }
}
