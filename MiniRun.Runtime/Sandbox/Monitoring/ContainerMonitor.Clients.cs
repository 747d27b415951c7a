using System.Buffers.Binary;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Sandbox.Monitoring;

sealed partial class ContainerMonitor
{
    /// <summary>One for the engine, the others for people who watch.</summary>
    const int MaximumClients = 64;

    readonly MonitorClient?[] _clients = new MonitorClient?[MaximumClients];

    void Accept()
    {
        while (UnixSocket.Accept(_listener) is { } socket)
        {
            var slot = Array.IndexOf(_clients, null);
            if (slot < 0)
            {
                // Closing says it: the client sees the end before a greeting.
                socket.Dispose();
                continue;
            }

            var client = new MonitorClient(socket);
            _clients[slot] = client;
            _epoll.Watch(socket, Readiness.Readable, FirstClientTag + slot);
            client.Greet(_console.IsTerminal);
            Send(slot, default);
        }
    }

    void Serve(int slot, Readiness ready)
    {
        if (_clients[slot] is not { } client)
        {
            return;
        }

        if ((ready & (Readiness.Readable | Readiness.HangUp | Readiness.Error)) != Readiness.None && !client.Receive())
        {
            Drop(slot);
            return;
        }

        if (Handle(slot, client))
        {
            Send(slot, default);
        }
    }

    /// <summary>Handles what a client sent, as far as the container's input has room.</summary>
    /// <returns>False when the client was dropped.</returns>
    bool Handle(int slot, MonitorClient client)
    {
        try
        {
            while (client.TryPeek(out var kind, out var payload))
            {
                switch (kind)
                {
                    case FrameKind.Attach:
                        client.Attach(_ring);
                        break;
                    case FrameKind.Input when !TryQueueInput(payload):
                        Listen(slot, client);
                        return true;
                    case FrameKind.Resize when payload.Length == 4 && _console.IsTerminal:
                        Terminal.Resize(
                            _console.Output, BinaryPrimitives.ReadUInt16LittleEndian(payload), BinaryPrimitives.ReadUInt16LittleEndian(payload[2..]));
                        break;
                    case FrameKind.CloseInput when !_console.IsTerminal:
                        CloseInputWhenWritten();
                        break;
                }

                client.Consume();
            }

            Listen(slot, client);
            return true;
        }
        catch (InvalidDataException)
        {
            Drop(slot);
            return false;
        }
    }

    void SendToAll(ReadOnlySpan<byte> end)
    {
        for (var slot = 0; slot < MaximumClients; slot++)
        {
            if (_clients[slot] is not null)
            {
                Send(slot, end);
            }
        }
    }

    void Send(int slot, ReadOnlySpan<byte> end)
    {
        var client = _clients[slot]!;
        if (client.Send(_ring, end))
        {
            Listen(slot, client);
        }
        else
        {
            Drop(slot);
        }
    }

    /// <summary>Waits for what the client can do: a client whose input has no room is not read, one that keeps up is not asked for space.</summary>
    void Listen(int slot, MonitorClient client)
    {
        var wanted = (client.TryPeek(out _, out _) ? Readiness.None : Readiness.Readable)
            | (client.IsDrained ? Readiness.None : Readiness.Writable);
        if (wanted != client.Wanted)
        {
            client.Wanted = wanted;
            _epoll.Change(client.Socket, wanted, FirstClientTag + slot);
        }
    }

    /// <summary>At the end nothing that clients send matters any more.</summary>
    void ListenForSpaceOnly()
    {
        for (var slot = 0; slot < MaximumClients; slot++)
        {
            if (_clients[slot] is { } client)
            {
                _epoll.Change(client.Socket, client.IsDrained ? Readiness.None : Readiness.Writable, FirstClientTag + slot);
            }
        }
    }

    void Drop(int slot)
    {
        _epoll.Forget(_clients[slot]!.Socket);
        _clients[slot]!.Dispose();
        _clients[slot] = null;
    }

    bool AllDrained()
    {
        foreach (var client in _clients)
        {
            if (client is { IsDrained: false })
            {
                return false;
            }
        }

        return true;
    }
}
