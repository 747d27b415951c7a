using System.Buffers.Binary;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Sandbox.Monitoring;

sealed partial class ContainerMonitor
{
    /// <summary>One for the engine, the others for people who watch.</summary>
    const int MaximumClients = 64;

    readonly MonitorClient[] _clients = new MonitorClient[MaximumClients];
    readonly Pages _clientMemory = new(MaximumClients * MonitorClient.MemorySize);
    bool _listening = true;

    void Accept()
    {
        while (true)
        {
            var socket = _container.Listener.TryAccept(out var isExhausted);
            if (!socket.IsOpen)
            {
                // A client that cannot be taken in would be reported for ever; the next pause or parting tries again.
                _listening = !isExhausted || !_epoll.TryChange(_container.Listener, Readiness.None, ListenerTag);
                return;
            }

            var slot = FreeSlot();
            if (slot < 0 || !_epoll.TryWatch(socket, Readiness.Readable, FirstClientTag + slot))
            {
                // Closing says it: the client sees the end before a greeting.
                socket.Close();
                continue;
            }

            _clients[slot].Connect(socket);
            _clients[slot].Greet(_container.IsTerminal);
            Send(slot, default);
        }
    }

    void Listen()
    {
        if (!_listening)
        {
            _listening = _epoll.TryChange(_container.Listener, Readiness.Readable, ListenerTag);
        }
    }

    int FreeSlot()
    {
        for (var slot = 0; slot < MaximumClients; slot++)
        {
            if (!_clients[slot].IsConnected)
            {
                return slot;
            }
        }

        return -1;
    }

    void Serve(int slot, Readiness ready)
    {
        var client = _clients[slot];
        if (!client.IsConnected)
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
                case FrameKind.Resize when payload.Length == 4 && _container.IsTerminal:
                    Terminal.TryResize(
                        _container.Output, BinaryPrimitives.ReadUInt16LittleEndian(payload), BinaryPrimitives.ReadUInt16LittleEndian(payload[2..]));
                    break;
                case FrameKind.CloseInput when !_container.IsTerminal:
                    CloseInputWhenWritten();
                    break;
            }

            client.Consume();
        }

        if (client.IsBroken)
        {
            Drop(slot);
            return false;
        }

        Listen(slot, client);
        return true;
    }

    void SendToAll(ReadOnlySpan<byte> end)
    {
        for (var slot = 0; slot < MaximumClients; slot++)
        {
            if (_clients[slot].IsConnected)
            {
                Send(slot, end);
            }
        }
    }

    void Send(int slot, ReadOnlySpan<byte> end)
    {
        var client = _clients[slot];
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
            _epoll.TryChange(client.Socket, wanted, FirstClientTag + slot);
        }
    }

    /// <summary>At the end nothing that clients send matters any more.</summary>
    void ListenForSpaceOnly()
    {
        for (var slot = 0; slot < MaximumClients; slot++)
        {
            if (_clients[slot] is { IsConnected: true } client)
            {
                _epoll.TryChange(client.Socket, client.IsDrained ? Readiness.None : Readiness.Writable, FirstClientTag + slot);
            }
        }
    }

    void Drop(int slot)
    {
        _epoll.TryForget(_clients[slot].Socket);
        _clients[slot].Disconnect();
        Listen();
    }

    bool AllDrained()
    {
        foreach (var client in _clients)
        {
            if (client is { IsConnected: true, IsDrained: false })
            {
                return false;
            }
        }

        return true;
    }
}
