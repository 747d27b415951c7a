using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Tests.Verbs;

/// <summary>What conmon and containerd listen on for the master of a container's terminal.</summary>
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

    public async Task<MasterSide> AcceptAsync()
    {
        using var connection = await _listener.AcceptAsync(TestContext.Current.CancellationToken);
        connection.Blocking = true;
        using var handle = new SafeFileHandle(connection.Handle, ownsHandle: false);
        var name = new byte[64];
        DescriptorPassing.Receive(handle, name, out var master);
        return new MasterSide(Assert.IsType<SafeFileHandle>(master));
    }

    public void Dispose() => _listener.Dispose();
}
