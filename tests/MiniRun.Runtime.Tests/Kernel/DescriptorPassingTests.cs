using System.Net.Sockets;
using System.Text;
using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Tests.Kernel;

public sealed class DescriptorPassingTests : IDisposable
{
    readonly TemporaryFolder _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public void A_descriptor_arrives_with_the_bytes_and_stands_for_the_same_file()
    {
        using var listener = Listen(_place["agent"]);
        using var client = DescriptorPassing.Connect(_place["agent"]);
        using var accepted = Accept(listener);
        _place.Write("file", "content");
        using (var file = _place.Folder.OpenFile("file"))
        {
            DescriptorPassing.Send(client, "take this"u8, file);
        }

        var buffer = new byte[64];
        Assert.Equal(9, DescriptorPassing.Receive(accepted, buffer, out var received));
        Assert.Equal("take this"u8, buffer.AsSpan(0, 9));
        using (received)
        {
            Assert.Equal("content", Encoding.UTF8.GetString(Files.ReadAll(received!)));
        }
    }

    [Fact]
    public void Bytes_without_a_descriptor_bring_none_and_a_closed_peer_is_zero_bytes()
    {
        using var listener = Listen(_place["agent"]);
        using var client = DescriptorPassing.Connect(_place["agent"]);
        using var accepted = Accept(listener);
        Files.Write(client, "plain"u8);
        var buffer = new byte[64];
        Assert.Equal(5, DescriptorPassing.Receive(accepted, buffer, out var none));
        Assert.Null(none);
        client.Dispose();
        Assert.Equal(0, DescriptorPassing.Receive(accepted, buffer, out none));
        Assert.Null(none);
    }

    [Fact]
    public async Task More_bytes_than_a_socket_holds_arrive_whole_and_with_one_descriptor()
    {
        using var listener = Listen(_place["agent"]);
        using var client = DescriptorPassing.Connect(_place["agent"]);
        using var accepted = Accept(listener);
        var bytes = new byte[4 << 20];
        Random.Shared.NextBytes(bytes);
        var sending = Task.Run(() => DescriptorPassing.Send(client, bytes, _place.Folder.Handle), TestContext.Current.CancellationToken);
        var (arrived, descriptors) = (new byte[bytes.Length], 0);
        for (var at = 0; at < arrived.Length;)
        {
            at += DescriptorPassing.Receive(accepted, arrived.AsSpan(at), out var descriptor);
            descriptors += descriptor is null ? 0 : 1;
            descriptor?.Dispose();
        }

        await sending;
        Assert.Equal(bytes, arrived);
        Assert.Equal(1, descriptors);
    }

    [Fact]
    public void A_path_may_be_longer_than_an_address()
    {
        var name = new string('d', 60);
        Directory.CreateDirectory(_place[$"{name}/{name}"]);
        using var folder = Folder.Open(_place[$"{name}/{name}"]);
        using var listener = UnixSocket.Listen(folder, "agent");
        using var client = DescriptorPassing.Connect(_place[$"{name}/{name}/agent"]);
        using var accepted = UnixSocket.Accept(listener);
        Assert.NotNull(accepted);
    }

    [Fact]
    public void Nobody_there_is_an_error_that_names_the_path()
    {
        var error = Assert.Throws<KernelException>(() => DescriptorPassing.Connect(_place["nobody"]));
        Assert.Equal(Errno.ENOENT, error.Errno);
        Assert.Contains(_place["nobody"], error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_peer_that_left_is_an_error_and_no_signal()
    {
        using var listener = Listen(_place["agent"]);
        using var client = DescriptorPassing.Connect(_place["agent"]);
        Accept(listener).Dispose();
        Assert.Equal(Errno.EPIPE, Assert.Throws<KernelException>(() => DescriptorPassing.Send(client, "x"u8, client)).Errno);
    }

    static Socket Listen(string path)
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        return listener;
    }

    /// <summary>A blocking socket: the managed one switches its own to non-blocking only for asynchronous calls.</summary>
    static SafeFileHandle Accept(Socket listener)
    {
        var accepted = listener.Accept();
        var handle = new SafeFileHandle(accepted.Handle, ownsHandle: true);
        accepted.SafeHandle.SetHandleAsInvalid();
        return handle;
    }
}
