using System.Globalization;
using Microsoft.Extensions.Options;

namespace MiniRun.Web.Hosting;

/// <summary>Where the panel lives and listens, as its environment says. Read once, before anything else starts.</summary>
sealed record PanelOptions
{
    /// <summary>What survives reboots (MINIRUN_HOME).</summary>
    public required string Home { get; init; }

    /// <summary>What is gone after a reboot (MINIRUN_RUN).</summary>
    public required string Run { get; init; }

    /// <summary>The native <c>minirun-runtime</c> executable (MINIRUN_RUNTIME).</summary>
    public required string Runtime { get; init; }

    /// <summary>The cgroup below which every container's cgroup lies (MINIRUN_CGROUP).</summary>
    public required string Cgroup { get; init; }

    /// <summary>The folder of <c>minirun.crt</c> and <c>minirun.key</c> (MINIRUN_CERTS).</summary>
    public required string Certs { get; init; }

    /// <summary>0 lets the kernel choose (MINIRUN_HTTP_PORT).</summary>
    public required int HttpPort { get; init; }

    /// <summary>0 lets the kernel choose (MINIRUN_HTTPS_PORT).</summary>
    public required int HttpsPort { get; init; }

    public string Socket => Path.Combine(Run, "minirun.sock");

    /// <exception cref="OptionsValidationException">A value is unusable; the message names its key.</exception>
    public static PanelOptions Read(IConfiguration configuration)
    {
        var failures = new List<string>();
        var options = new PanelOptions
        {
            Home = Folder("MINIRUN_HOME", "/var/lib/minirun"),
            Run = Folder("MINIRUN_RUN", "/run/minirun"),
            Runtime = Folder("MINIRUN_RUNTIME", Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../bin/minirun-runtime"))),
            Cgroup = Component("MINIRUN_CGROUP", "minirun"),
            Certs = Folder("MINIRUN_CERTS", DefaultCerts()),
            HttpPort = Port("MINIRUN_HTTP_PORT", 8080),
            HttpsPort = Port("MINIRUN_HTTPS_PORT", 8443),
        };
        if (options.HttpPort == options.HttpsPort && options.HttpPort != 0)
        {
            failures.Add($"MINIRUN_HTTPS_PORT: {options.HttpsPort} is MINIRUN_HTTP_PORT as well; choose two ports.");
        }

        return failures.Count == 0 ? options : throw new OptionsValidationException(nameof(PanelOptions), typeof(PanelOptions), failures);

        string Value(string key, string otherwise) => configuration[key] is { Length: > 0 } value ? value : otherwise;

        string Folder(string key, string otherwise)
        {
            var path = Value(key, otherwise);
            if (!Path.IsPathRooted(path))
            {
                failures.Add($"{key}: \"{path}\" is not an absolute path; start it with '/'.");
            }

            return path;
        }

        string Component(string key, string otherwise)
        {
            var name = Value(key, otherwise);
            if (name is "." or ".." || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-'))
            {
                failures.Add($"{key}: \"{name}\" is not the name of a cgroup; use letters, digits, '_', '.' or '-'.");
            }

            return name;
        }

        int Port(string key, int otherwise)
        {
            var text = Value(key, otherwise.ToString(CultureInfo.InvariantCulture));
            if (!ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            {
                failures.Add($"{key}: \"{text}\" is not a port; use a number from 0 to 65535.");
            }

            return port;
        }
    }

    /// <summary>The <c>certs</c> folder beside the panel or above it: a build tree and an installation both have it there.</summary>
    static string DefaultCerts()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        for (var level = 0; level < 5 && folder is not null; level++, folder = folder.Parent)
        {
            var certs = Path.Combine(folder.FullName, "certs");
            if (Directory.Exists(certs))
            {
                return certs;
            }
        }

        return Path.Combine(AppContext.BaseDirectory, "certs");
    }
}
