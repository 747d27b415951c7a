using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Cgroups.Systemd;

/// <summary>A talk over D-Bus: one call at a time, waiting in the kernel, without threads.</summary>
sealed class DbusConnection : IDisposable
{
    const string BusName = "org.freedesktop.DBus";

    readonly SafeFileHandle _socket;
    readonly long _patience;
    readonly Queue<DbusMessage> _signals = [];
    byte[] _received = new byte[4096];
    int _length;
    uint _serial;

    DbusConnection(SafeFileHandle socket, int milliseconds)
    {
        _socket = socket;
        _patience = milliseconds * 1_000_000L;
    }

    /// <param name="isBus">Whether a bus passes messages on, to whom one says who one is; else the peer itself listens.</param>
    /// <param name="milliseconds">The longest wait for each answer.</param>
    /// <exception cref="KernelException">Nobody listens there.</exception>
    /// <exception cref="DbusException">The peer refuses this user, does not speak D-Bus, or says nothing.</exception>
    public static DbusConnection Connect(string path, bool isBus, int milliseconds)
    {
        var connection = new DbusConnection(UnixSocket.Connect(path), milliseconds);
        try
        {
            connection.Authenticate();
            if (isBus)
            {
                connection.Call(new DbusMessage(DbusKind.Call, 0, Path: "/org/freedesktop/DBus", Interface: BusName, Member: "Hello", Destination: BusName));
            }

            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Calls a method and waits for its answer.</summary>
    /// <param name="call">Its serial is set here.</param>
    /// <exception cref="DbusException">The answer is an error, or does not come.</exception>
    public DbusMessage Call(DbusMessage call)
    {
        var serial = ++_serial;
        Send((call with { Serial = serial }).Marshal());
        var deadline = Clock.Monotonic() + _patience;
        while (true)
        {
            var message = Receive(deadline, call.Member!);
            switch (message.Kind)
            {
                case DbusKind.Return when message.ReplyTo == serial:
                    return message;
                case DbusKind.Error when message.ReplyTo == serial:
                    throw new DbusException(message.Error ?? "", message.Signature.StartsWith('s') ? new DbusReader(message.Body.Span).Text() : $"{call.Member} failed");
                case DbusKind.Signal:
                    _signals.Enqueue(message);
                    break;
            }
        }
    }

    /// <summary>Waits for a signal, also one that came while an answer was awaited.</summary>
    public DbusMessage AwaitSignal(string member, Func<DbusMessage, bool> isMeant)
    {
        var deadline = Clock.Monotonic() + _patience;
        while (true)
        {
            var message = _signals.Count > 0 ? _signals.Dequeue() : Receive(deadline, member);
            if (message.Kind is DbusKind.Signal && message.Member == member && isMeant(message))
            {
                return message;
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>EXTERNAL: the kernel says which user is at the other end, and both must agree.</summary>
    /// <remarks>The end is said with the beginning: systemd would read a message together with a BEGIN that comes alone, and answer
    /// it only when more comes.</remarks>
    void Authenticate()
    {
        var user = Convert.ToHexStringLower(Encoding.ASCII.GetBytes(Processes.EffectiveUser().ToString(CultureInfo.InvariantCulture)));
        Send(Encoding.ASCII.GetBytes($"\0AUTH EXTERNAL {user}\r\nBEGIN\r\n"));
        var answer = ReceiveLine();
        if (!answer.StartsWith("OK ", StringComparison.Ordinal))
        {
            throw new DbusException(DbusException.Broken, $"D-Bus refuses this user: {answer}");
        }
    }

    string ReceiveLine()
    {
        var deadline = Clock.Monotonic() + _patience;
        while (true)
        {
            var end = _received.AsSpan(0, _length).IndexOf("\r\n"u8);
            if (end >= 0)
            {
                var line = Encoding.ASCII.GetString(_received.AsSpan(0, end));
                Drop(end + 2);
                return line;
            }

            ReceiveMore(deadline, "AUTH");
        }
    }

    DbusMessage Receive(long deadline, string awaited)
    {
        while (true)
        {
            if (_length >= DbusMessage.FixedHeader && DbusMessage.LengthOf(_received) is var length && _length >= length)
            {
                var message = DbusMessage.Parse(_received[..length]);
                Drop(length);
                return message;
            }

            ReceiveMore(deadline, awaited);
        }
    }

    void ReceiveMore(long deadline, string awaited)
    {
        if (_length == _received.Length)
        {
            Array.Resize(ref _received, _length * 2);
        }

        var count = UnixSocket.Receive(_socket, _received.AsSpan(_length));
        if (count == 0)
        {
            Wait(Awaited.Readable, deadline, awaited);
        }

        _length += count >= 0 ? count : throw new DbusException(DbusException.Silent, $"D-Bus closed the connection before it answered {awaited}");
    }

    void Send(ReadOnlySpan<byte> bytes)
    {
        var deadline = Clock.Monotonic() + _patience;
        while (!bytes.IsEmpty)
        {
            var count = UnixSocket.Send(_socket, bytes);
            if (count == 0)
            {
                Wait(Awaited.Writable, deadline, "a message");
            }

            bytes = count >= 0 ? bytes[count..] : throw new DbusException(DbusException.Silent, "D-Bus closed the connection");
        }
    }

    void Wait(Awaited awaited, long deadline, string what)
    {
        var left = (deadline - Clock.Monotonic()) / 1_000_000;
        if (left <= 0)
        {
            throw new DbusException(DbusException.Silent, $"D-Bus did not answer {what} within {_patience / 1_000_000_000.0} s");
        }

        Waiting.For(_socket, awaited, (int)left);
    }

    void Drop(int count)
    {
        _received.AsSpan(count, _length - count).CopyTo(_received);
        _length -= count;
    }
}
