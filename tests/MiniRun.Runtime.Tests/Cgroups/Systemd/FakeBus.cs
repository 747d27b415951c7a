using System.Net.Sockets;
using System.Text;
using MiniRun.Runtime.Cgroups.Systemd;

namespace MiniRun.Runtime.Tests.Cgroups.Systemd;

/// <summary>A peer that speaks D-Bus at a socket: it notes what it is asked, and answers as a test wants.</summary>
sealed class FakeBus : IDisposable
{
    readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    readonly Task _serving;
    uint _serial = 1000;

    FakeBus(string path, string greeting, Func<FakeBus, DbusMessage, IEnumerable<byte[]>> answer)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen();
        _serving = Task.Run(() => ServeAsync(greeting, answer));
    }

    /// <summary>What was said before the first message.</summary>
    public string Greeting { get; private set; } = "";

    public List<DbusMessage> Calls { get; } = [];

    /// <summary>Starts one.</summary>
    /// <param name="greeting">Its answer to AUTH.</param>
    /// <param name="answer">The messages to send for a call, each in pieces of any size.</param>
    public static FakeBus Start(string path, Func<FakeBus, DbusMessage, IEnumerable<byte[]>> answer, string greeting = "OK 1234\r\n") => new(path, greeting, answer);

    /// <summary>The systemd of most tests: every job ends with a result.</summary>
    public static FakeBus Systemd(string path, string result = "done") => Start(path, (bus, call) => call.Member switch
    {
        // The signal comes before the answer, as it may, and one of another job before it.
        "StartTransientUnit" or "StopUnit" => [bus.JobRemoved("/other", "failed"), bus.JobRemoved("/job/7", result), Return(call, "o", w => w.Text("/job/7"))],
        _ => [Return(call, "", _ => { })],
    });

    public byte[] JobRemoved(string job, string result) => Signal("JobRemoved", "uoss", w =>
    {
        w.UInt32(7);
        w.Text(job);
        w.Text("minirun-one.scope");
        w.Text(result);
    });

    public byte[] Signal(string member, string signature, Action<DbusWriter> body) =>
        new DbusMessage(DbusKind.Signal, _serial++, Path: "/org/freedesktop/systemd1", Interface: "org.freedesktop.systemd1.Manager", Member: member, Signature: signature, Body: Body(body)).Marshal();

    public static byte[] Return(DbusMessage call, string signature, Action<DbusWriter> body) =>
        new DbusMessage(DbusKind.Return, 5, ReplyTo: call.Serial, Signature: signature, Body: Body(body)).Marshal();

    public static byte[] Error(DbusMessage call, string name, string message) =>
        new DbusMessage(DbusKind.Error, 6, ReplyTo: call.Serial, Error: name, Signature: "s", Body: Body(w => w.Text(message))).Marshal();

    public void Dispose()
    {
        _listener.Dispose();
        Assert.True(_serving.Wait(TimeSpan.FromSeconds(10)));
    }

    static byte[] Body(Action<DbusWriter> write)
    {
        var writer = new DbusWriter();
        write(writer);
        return writer.Written.ToArray();
    }

    async Task ServeAsync(string greeting, Func<FakeBus, DbusMessage, IEnumerable<byte[]>> answer)
    {
        while (true)
        {
            try
            {
                using var client = await _listener.AcceptAsync();
                await TalkAsync(new NetworkStream(client), greeting, answer);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
            catch (IOException)
            {
                // The client has hung up.
            }
        }
    }

    async Task TalkAsync(NetworkStream stream, string greeting, Func<FakeBus, DbusMessage, IEnumerable<byte[]>> answer)
    {
        // Like systemd, it would not notice a message that comes together with a late BEGIN.
        Greeting = await ReadLineAsync(stream) + await ReadLineAsync(stream);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(greeting));
        while (true)
        {
            var header = new byte[DbusMessage.FixedHeader];
            await stream.ReadExactlyAsync(header);
            var message = new byte[DbusMessage.LengthOf(header)];
            header.CopyTo(message, 0);
            await stream.ReadExactlyAsync(message.AsMemory(header.Length));
            var call = DbusMessage.Parse(message);
            Calls.Add(call);
            foreach (var bytes in answer(this, call))
            {
                await stream.WriteAsync(bytes);
            }
        }
    }

    static async Task<string> ReadLineAsync(NetworkStream stream)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (line is not [.., (byte)'\n'])
        {
            await stream.ReadExactlyAsync(one);
            line.Add(one[0]);
        }

        return Encoding.ASCII.GetString([.. line]);
    }
}
