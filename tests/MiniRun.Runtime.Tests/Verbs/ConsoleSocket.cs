using System.Net.Sockets;
using System.Text;
using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Tests.Verbs;

/// <summary>What conmon and containerd listen on for the master of a container's terminal, and others for a pidfd.</summary>
sealed class ConsoleSocket : IDisposable
{
    readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    public ConsoleSocket(string path)
    {
        Path = path;
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen();
    }

    public string Path { get; }

    public async Task<MasterSide> AcceptAsync() => new((await AcceptDescriptorAsync()).Descriptor);

    /// <summary>One descriptor, and the text that came with it.</summary>
    public async Task<(string Text, SafeFileHandle Descriptor)> AcceptDescriptorAsync()
    {
        using var connection = await _listener.AcceptAsync(TestContext.Current.CancellationToken);
        connection.Blocking = true;
        using var handle = new SafeFileHandle(connection.Handle, ownsHandle: false);
        var text = new byte[64];
        var length = DescriptorPassing.Receive(handle, text, out var descriptor);
        return (Encoding.ASCII.GetString(text, 0, length), Assert.IsType<SafeFileHandle>(descriptor));
    }

    public void Dispose() => _listener.Dispose();
}
