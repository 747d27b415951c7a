using System.Buffers;

namespace MiniRun.Cli.Attach;

/// <summary>Finds Ctrl-P Ctrl-Q in what is typed, also when the two keys arrive apart.</summary>
sealed class DetachKeys
{
    const byte CtrlP = 0x10;
    const byte CtrlQ = 0x11;

    bool _held;

    /// <summary>Writes what the container shall get; a Ctrl-P waits for the key after it.</summary>
    /// <returns>True when the keys were typed; what followed them is dropped.</returns>
    public bool Feed(ReadOnlySpan<byte> typed, IBufferWriter<byte> forContainer)
    {
        foreach (var key in typed)
        {
            if (_held && key == CtrlQ)
            {
                return true;
            }

            if (_held)
            {
                forContainer.Write([CtrlP]);
            }

            _held = key == CtrlP;
            if (!_held)
            {
                forContainer.Write([key]);
            }
        }

        return false;
    }
}
