using System.Buffers;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace MiniRun.Web.Security;

/// <summary>Who is at the other end of a unix socket, as the kernel noted it when they connected (unix(7)).</summary>
/// <remarks>The presence of this feature also marks a request that came through the socket.</remarks>
sealed record PeerCredentials(int Pid, uint Uid, uint Gid, IReadOnlyList<uint> Groups)
{
    const int SolSocket = 1;
    const int SoPeerCred = 17;
    const int SoPeerGroups = 59;
    const int GroupsMax = 65536;

    public bool MayAdminister => Uid == 0 || (LocalGroup.Find() is { } group && (Gid == group || Groups.Contains(group)));

    /// <summary>Connection middleware: reads the credentials once per connection.</summary>
    public static ConnectionDelegate Attach(ConnectionDelegate next) => connection =>
    {
        var socket = connection.Features.Get<IConnectionSocketFeature>()!.Socket;
        connection.Features.Set(Of(socket));
        return next(connection);
    };

    static PeerCredentials Of(Socket socket)
    {
        Span<byte> ucred = stackalloc byte[12];
        socket.GetRawSocketOption(SolSocket, SoPeerCred, ucred);
        return new PeerCredentials(
            MemoryMarshal.Read<int>(ucred), MemoryMarshal.Read<uint>(ucred[4..]), MemoryMarshal.Read<uint>(ucred[8..]), GroupsOf(socket));
    }

    /// <summary>The supplementary groups of the process, which /etc/group alone cannot tell.</summary>
    static uint[] GroupsOf(Socket socket)
    {
        // The kernel refuses a buffer that is too small without saying what fits.
        var buffer = ArrayPool<byte>.Shared.Rent(GroupsMax * sizeof(uint));
        try
        {
            var length = socket.GetRawSocketOption(SolSocket, SoPeerGroups, buffer);
            return MemoryMarshal.Cast<byte, uint>(buffer.AsSpan(0, length)).ToArray();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
