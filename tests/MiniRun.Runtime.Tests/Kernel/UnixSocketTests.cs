using System.Net.Sockets;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Tests.Kernel;

public sealed class UnixSocketTests : IDisposable
{
    readonly TemporaryFolder _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public void Clients_are_accepted_one_by_one_without_waiting()
    {
        using var listener = UnixSocket.Listen(_place.Folder, "socket");
        Assert.Null(UnixSocket.Accept(listener));
        using var client = Connect();
        using var accepted = UnixSocket.Accept(listener);
        Assert.NotNull(accepted);
        Assert.Null(UnixSocket.Accept(listener));

        var buffer = new byte[16];
        Assert.Equal(0, UnixSocket.Receive(accepted, buffer));
        client.Send("hello"u8);
        Assert.Equal(5, UnixSocket.Receive(accepted, buffer));
        Assert.Equal("hello"u8, buffer.AsSpan(0, 5));
        Assert.Equal(2, UnixSocket.Send(accepted, "ok"u8));
        Assert.Equal(2, client.Receive(buffer));
    }

    [Fact]
    public void A_full_socket_takes_nothing_and_a_closed_one_is_gone()
    {
        using var listener = UnixSocket.Listen(_place.Folder, "socket");
        var client = Connect();
        using var accepted = UnixSocket.Accept(listener)!;
        var chunk = new byte[64 * 1024];
        var sent = 0;
        for (int count; (count = UnixSocket.Send(accepted, chunk)) > 0;)
        {
            sent += count;
        }

        Assert.Equal(0, UnixSocket.Send(accepted, chunk));
        Assert.InRange(sent, 1, 100 << 20);
        client.Dispose();
        // No SIGPIPE, which would end the process.
        Assert.Equal(-1, UnixSocket.Send(accepted, chunk));
        Assert.Equal(-1, UnixSocket.Receive(accepted, chunk));
    }

    [Fact]
    public void A_stale_socket_is_replaced()
    {
        UnixSocket.Listen(_place.Folder, "socket").Dispose();
        Assert.Throws<SocketException>(Connect);
        using var listener = UnixSocket.Listen(_place.Folder, "socket");
        Connect().Dispose();
    }

    [Fact]
    public void The_folder_may_lie_deeper_than_an_address_is_long()
    {
        using var deep = Folder.Ensure(_place[$"{new string('a', 100)}/{new string('b', 100)}"]);
        using var listener = UnixSocket.Listen(deep, "socket");
        Assert.True(deep.Exists("socket"));
    }

    [Fact]
    public void A_folder_that_is_gone_cannot_be_listened_in()
    {
        using var gone = _place.Folder.CreateFolder("gone");
        _place.Folder.DeleteFolder("gone");
        var error = Assert.Throws<KernelException>(() => UnixSocket.Listen(gone, "socket"));
        Assert.Equal(("bind", gone.Path + "/socket"), (error.Call, error.Path));
    }

    Socket Connect()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(_place["socket"]));
        return socket;
    }
}
