using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Seccomp;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Seccomp;

public sealed class SeccompNotifyTests : IDisposable
{
    readonly TemporaryFolder _place = new();

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("MKNOD=\"/dev/null\"")]
    public void The_agent_gets_the_listener_and_the_state_of_the_process(string metadata)
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(_place["agent"]));
        listener.Listen();
        _place.Write("descriptor", "the listener");
        using (var file = _place.Folder.OpenFile("descriptor"))
        {
            var profile = new SeccompSpec { ListenerPath = _place["agent"], ListenerMetadata = metadata };
            SeccompNotify.Send(profile, file, "1.3.0", 4422, """{"ociVersion":"1.3.0","id":"web","status":"creating","pid":4400,"bundle":"/b"}"""u8);
        }

        using var agent = listener.Accept();
        using var handle = new SafeFileHandle(agent.Handle, ownsHandle: false);
        var buffer = new byte[4096];
        var length = DescriptorPassing.Receive(handle, buffer, out var descriptor);
        using (descriptor)
        {
            Assert.Equal("the listener"u8, Files.ReadAll(descriptor!));
        }

        using var state = JsonDocument.Parse(buffer.AsMemory(0, length));
        var root = state.RootElement;
        Assert.Equal("1.3.0", root.GetProperty("ociVersion").GetString());
        Assert.Equal("seccompFd", Assert.Single(root.GetProperty("fds").EnumerateArray().ToList()).GetString());
        Assert.Equal(4422, root.GetProperty("pid").GetInt32());
        Assert.Equal(metadata.Length > 0, root.TryGetProperty("metadata", out var sent));
        Assert.Equal(metadata, metadata.Length > 0 ? sent.GetString() : "");
        Assert.Equal("web", root.GetProperty("state").GetProperty("id").GetString());
        Assert.Equal(4400, root.GetProperty("state").GetProperty("pid").GetInt32());
    }

    [Fact]
    public void An_agent_that_does_not_listen_is_an_error_that_names_its_socket()
    {
        var profile = new SeccompSpec { ListenerPath = _place["nobody"] };
        var error = Assert.Throws<KernelException>(() => SeccompNotify.Send(profile, _place.Folder.Handle, "1.3.0", 1, "{}"u8));
        Assert.Contains(_place["nobody"], error.Message, StringComparison.Ordinal);
    }
}
