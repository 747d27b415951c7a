using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Playwright;
using MiniRun.EndToEnd.Tests;

[assembly: AssemblyFixture(typeof(PanelFixture))]

namespace MiniRun.EndToEnd.Tests;

/// <summary>The real panel and the real runtime from <c>artifacts/</c> as processes, with folders, cgroup and port of their own, and one browser.</summary>
public sealed class PanelFixture : IAsyncLifetime
{
    static readonly string Root = FindRoot();
    static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);

    readonly ConcurrentQueue<string> _log = new();
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("minirun-e2e-");
    readonly HttpClient _http = new();
    Process? _panel;
    IPlaywright? _playwright;

    public IBrowser Browser { get; private set; } = null!;

    /// <summary>Of the panel, without a slash at the end.</summary>
    public string Address { get; private set; } = "";

    /// <summary>What the panel wrote so far.</summary>
    public string Log => string.Join('\n', _log);

    public static string Screenshots { get; } = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "screenshots")).FullName;

    public async ValueTask InitializeAsync()
    {
        StartPanel();
        await WaitUntilHealthyAsync();
        var token = await File.ReadAllTextAsync(Path.Combine(_folder.FullName, "home", "token"));
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token.Trim());

        _playwright = await Playwright.CreateAsync();
        Browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Environment.GetEnvironmentVariable("MINIRUN_CHROMIUM") ?? "/usr/bin/chromium",
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
            ],
        });
    }

    /// <summary>A fresh single-use link for one browser.</summary>
    public async Task<string> CreateSignInLinkAsync(CancellationToken cancellationToken)
    {
        using var response = await _http.PostAsync(new Uri($"{Address}/api/v1/sign-in/links"), content: null, cancellationToken);
        response.EnsureSuccessStatusCode();
        using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync(cancellationToken));
        return document.RootElement.GetProperty("url").GetString()!;
    }

    public async ValueTask DisposeAsync()
    {
        if (Browser is not null)
        {
            await Browser.DisposeAsync();
        }

        _playwright?.Dispose();
        await StopPanelAsync();
        _http.Dispose();
        // The read-only view of the runtime outlives the panel, because monitors run from it.
        using (var unmount = Process.Start("umount", ["--lazy", Path.Combine(_folder.FullName, "run", "bin", "minirun-runtime")]))
        {
            await unmount.WaitForExitAsync(CancellationToken.None);
        }

        foreach (var cgroup in (string[])[$"/sys/fs/cgroup/{_folder.Name}", .. Directory.GetDirectories("/sys/fs/cgroup").Select(tree => $"{tree}/{_folder.Name}")])
        {
            // The panel's own parent of all cgroups, empty by now. A link to a tree, such as "cpu", leads to what is removed already.
            if (Directory.Exists(cgroup))
            {
                Directory.Delete(cgroup);
            }
        }

        _folder.Delete(recursive: true);
    }

    void StartPanel()
    {
        var port = FreePort();
        Address = string.Create(CultureInfo.InvariantCulture, $"http://localhost:{port}");
        var start = new ProcessStartInfo(Path.Combine(Root, "artifacts", "panel", "MiniRun.Web"))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = _folder.FullName,
        };
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["MINIRUN_HOME"] = Path.Combine(_folder.FullName, "home"),
            ["MINIRUN_RUN"] = Path.Combine(_folder.FullName, "run"),
            ["MINIRUN_CERTS"] = _folder.CreateSubdirectory("certs").FullName,
            ["MINIRUN_CGROUP"] = _folder.Name,
            ["MINIRUN_HTTP_PORT"] = port.ToString(CultureInfo.InvariantCulture),
            ["MINIRUN_HTTPS_PORT"] = "0",
            ["MINIRUN_RUNTIME"] = Path.Combine(Root, "artifacts", "bin", "minirun-runtime"),
        })
        {
            start.Environment[name] = value;
        }

        _panel = Process.Start(start)!;
        _panel.OutputDataReceived += (_, e) => _log.Enqueue(e.Data ?? "");
        _panel.ErrorDataReceived += (_, e) => _log.Enqueue(e.Data ?? "");
        _panel.BeginOutputReadLine();
        _panel.BeginErrorReadLine();
    }

    async Task WaitUntilHealthyAsync()
    {
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < StartTimeout; await Task.Delay(100))
        {
            if (_panel!.HasExited)
            {
                break;
            }

            try
            {
                using var response = await _http.GetAsync(new Uri($"{Address}/health"));
                if (response.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }
        }

        throw new InvalidOperationException($"The panel did not become healthy at {Address}. It wrote:\n{Log}");
    }

    async Task StopPanelAsync()
    {
        if (_panel is not { HasExited: false } panel)
        {
            return;
        }

        await DeleteContainersAsync();
        // SIGTERM, as systemd would: Process.Kill would leave mounts behind.
        using (var kill = Process.Start("kill", ["-TERM", panel.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync();
        }

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        try
        {
            await panel.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            panel.Kill();
        }

        panel.Dispose();
    }

    /// <summary>Containers outlive the panel: what a failed test leaves would run for ever.</summary>
    async Task DeleteContainersAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Address}/api/v1/containers");
        using var response = await _http.SendAsync(request);
        if (!response.IsSuccessStatusCode)
        {
            return;
        }

        using var page = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        foreach (var container in page.RootElement.GetProperty("items").EnumerateArray())
        {
            var id = container.GetProperty("id").GetString();
            using var deleted = await _http.DeleteAsync(new Uri($"{Address}/api/v1/containers/{id}?force=true"));
        }
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "MiniRun.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("MiniRun.sln lies in no folder above the tests.");
    }
}
