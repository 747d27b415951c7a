using MiniRun.Runtime.Cgroups.Systemd;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Tests.Cgroups.Systemd;

public sealed class DbusConnectionTests : IDisposable
{
    const int Patience = 5_000;
    const int Impatience = 100;

    static readonly DbusMessage Ask = new(DbusKind.Call, 0, Path: "/x", Interface: "x", Member: "Ask");

    readonly TemporaryFolder _place = new();

    string Socket => _place["socket"];

    public void Dispose() => _place.Dispose();

    [Fact]
    public void A_user_says_who_it_is()
    {
        using var bus = FakeBus.Start(Socket, (_, call) => [FakeBus.Return(call, "s", w => w.Text("answer"))]);
        using var connection = DbusConnection.Connect(Socket, isBus: false, Patience);
        Assert.Equal("answer", new DbusReader(connection.Call(Ask).Body.Span).Text());
        Assert.Equal($"\0AUTH EXTERNAL {string.Concat($"{Processes.EffectiveUser()}".Select(digit => $"3{digit}"))}\r\nBEGIN\r\n", bus.Greeting);
        Assert.Equal(1U, Assert.Single(bus.Calls).Serial);
    }

    [Fact]
    public void A_bus_is_greeted_first()
    {
        using var bus = FakeBus.Start(Socket, (_, call) => [FakeBus.Return(call, "", _ => { })]);
        using var connection = DbusConnection.Connect(Socket, isBus: true, Patience);
        Assert.Equal(("Hello", "org.freedesktop.DBus"), (Assert.Single(bus.Calls).Member, bus.Calls[0].Destination));
    }

    [Fact]
    public void An_error_is_told_with_its_name()
    {
        using var bus = FakeBus.Start(Socket, (_, call) => [FakeBus.Error(call, "org.example.No", "not today")]);
        using var connection = DbusConnection.Connect(Socket, isBus: false, Patience);
        var e = Assert.Throws<DbusException>(() => connection.Call(Ask));
        Assert.Equal(("org.example.No", "not today (org.example.No)"), (e.Name, e.Message));
    }

    [Fact]
    public void An_error_without_words_is_told_with_the_call()
    {
        using var bus = FakeBus.Start(Socket, (_, call) => [new DbusMessage(DbusKind.Error, 6, ReplyTo: call.Serial, Error: "org.example.No").Marshal()]);
        using var connection = DbusConnection.Connect(Socket, isBus: false, Patience);
        Assert.Equal("Ask failed (org.example.No)", Assert.Throws<DbusException>(() => connection.Call(Ask)).Message);
    }

    [Fact]
    public void Answers_come_in_pieces_and_between_others()
    {
        using var bus = FakeBus.Start(Socket, (bus, call) =>
        [
            FakeBus.Return(call with { Serial = 99 }, "s", w => w.Text("of another call")),
            .. bus.Signal("Later", "s", w => w.Text(new string('x', 9000))).Concat(FakeBus.Return(call, "s", w => w.Text(new string('y', 9000)))).Chunk(4999),
        ]);
        using var connection = DbusConnection.Connect(Socket, isBus: false, Patience);
        Assert.Equal(new string('y', 9000), new DbusReader(connection.Call(Ask).Body.Span).Text());
        Assert.Equal(9000, new DbusReader(connection.AwaitSignal("Later", _ => true).Body.Span).Text().Length);
    }

    [Fact]
    public void A_peer_that_says_nothing_is_given_up()
    {
        using var bus = FakeBus.Start(Socket, (_, _) => []);
        using var connection = DbusConnection.Connect(Socket, isBus: false, Impatience);
        var e = Assert.Throws<DbusException>(() => connection.Call(Ask));
        Assert.Equal("D-Bus did not answer Ask within 0.1 s (no answer)", e.Message);
    }

    [Fact]
    public void A_peer_that_does_not_read_is_given_up()
    {
        using var never = new SemaphoreSlim(0);
        using var bus = FakeBus.Start(Socket, (_, _) =>
        {
            never.Wait(Impatience * 5);
            return [];
        });
        using var connection = DbusConnection.Connect(Socket, isBus: false, Impatience);
        var large = Ask with { Signature = "ay", Body = new byte[1 << 20] };
        Assert.Throws<DbusException>(() => connection.Call(Ask));
        Assert.Equal(DbusException.Silent, Assert.Throws<DbusException>(() => connection.Call(large)).Name);
    }

    [Fact]
    public void A_peer_that_refuses_is_told()
    {
        using var bus = FakeBus.Start(Socket, (_, _) => [], greeting: "REJECTED EXTERNAL\r\n");
        Assert.Equal("D-Bus refuses this user: REJECTED EXTERNAL (protocol)", Assert.Throws<DbusException>(() => DbusConnection.Connect(Socket, isBus: false, Patience)).Message);
    }

    [Fact]
    public void A_peer_that_hangs_up_is_told()
    {
        using var bus = FakeBus.Start(Socket, (_, _) => throw new IOException("hung up"));
        using var connection = DbusConnection.Connect(Socket, isBus: false, Patience);
        Assert.Equal(DbusException.Silent, Assert.Throws<DbusException>(() => connection.Call(Ask)).Name);
        Assert.Equal(DbusException.Silent, Assert.Throws<DbusException>(() => connection.Call(Ask)).Name);
    }

    [Fact]
    public void Nobody_who_listens_is_an_error_of_the_kernel()
    {
        Assert.Equal(Errno.ENOENT, Assert.Throws<KernelException>(() => DbusConnection.Connect(Socket, isBus: false, Patience)).Errno);
        Assert.Equal(Errno.ENAMETOOLONG, Assert.Throws<KernelException>(() => DbusConnection.Connect("/" + new string('x', 200), isBus: false, Patience)).Errno);
    }
}
