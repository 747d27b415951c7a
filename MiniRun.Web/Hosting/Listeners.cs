using System.Net;
using System.Net.NetworkInformation;
using System.Net.Security;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Options;
using MiniRun.Web.Security;

namespace MiniRun.Web.Hosting;

/// <summary>Where the panel listens: loopback on two ports, and the unix socket for local clients.</summary>
sealed class Listeners(PanelOptions options, Certificates certificates, LocalSocket socket) : IConfigureOptions<KestrelServerOptions>
{
    public const int MaxBodyBytes = 1 << 20;

    public void Configure(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
        kestrel.Limits.MaxRequestHeaderCount = 64;
        kestrel.Limits.MaxRequestHeadersTotalSize = 16 << 10;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);

        foreach (var address in LoopbackAddresses())
        {
            // HTTP/2 without TLS needs prior knowledge, which no browser has.
            kestrel.Listen(address, options.HttpPort, static listen => listen.Protocols = HttpProtocols.Http1);
            if (certificates.Active is not null)
            {
                kestrel.Listen(address, options.HttpsPort, Secure);
            }
        }

        socket.Prepare();
        kestrel.ListenUnixSocket(options.Socket, static listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(PeerCredentials.Attach);
        });
    }

    void Secure(ListenOptions listen)
    {
        listen.Protocols = HttpProtocols.Http1AndHttp2;
        listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions
            {
                ServerCertificateContext = certificates.Active!.Context,
            }),
        });
    }

    /// <summary>127.0.0.1, and ::1 unless the host has IPv6 switched off.</summary>
    static IEnumerable<IPAddress> LoopbackAddresses() => NetworkInterface.GetAllNetworkInterfaces()
        .SelectMany(static i => i.GetIPProperties().UnicastAddresses)
        .Any(static a => a.Address.Equals(IPAddress.IPv6Loopback))
        ? [IPAddress.Loopback, IPAddress.IPv6Loopback]
        : [IPAddress.Loopback];
}
