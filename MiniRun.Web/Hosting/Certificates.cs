using System.Security.Cryptography;

namespace MiniRun.Web.Hosting;

/// <summary>The active certificate. It follows its files within <see cref="Interval"/>; a broken new pair leaves the old one in force.</summary>
/// <remarks>Polled, not watched: inotify misses files that are replaced through a bind mount or a link.</remarks>
sealed class Certificates : BackgroundService
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    readonly string _folder;
    readonly TimeProvider _time;
    readonly ILogger<Certificates> _logger;
    (DateTime, DateTime, long, long)? _seen;
    volatile CertificateFile? _active;

    public Certificates(PanelOptions options, TimeProvider time, ILogger<Certificates> logger)
    {
        _folder = options.Certs;
        _time = time;
        _logger = logger;
        Refresh();
    }

    /// <summary>Null while there never was a usable pair; then nothing listens for HTTPS.</summary>
    public CertificateFile? Active => _active;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_active is null)
        {
            // The HTTPS listener is opened at the start or not at all.
            return;
        }

        using var timer = new PeriodicTimer(Interval, _time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            Refresh();
        }
    }

    void Refresh()
    {
        var stamp = CertificateFile.Stamp(_folder);
        if (stamp is null || stamp == _seen)
        {
            return;
        }

        _seen = stamp;
        try
        {
            var loaded = CertificateFile.Load(_folder);
            _active = loaded;
            HostingLog.CertificateActive(_logger, loaded.Certificate.Subject, loaded.Certificate.NotAfter.ToUniversalTime());
        }
        // ArgumentException: a PEM file without the expected label.
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            if (_active is null)
            {
                HostingLog.NoHttps(_logger, _folder, e.Message);
            }
            else
            {
                HostingLog.CertificateRefused(_logger, _folder, e.Message);
            }
        }
    }
}
