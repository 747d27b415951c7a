using System.Text;
using System.Text.Json;
using MiniRun.Runtime.Images;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Seccomp;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Engine;

/// <summary>Writes a container's bundle: config.json, the writable layer's folders, and the few files of /etc that are its own.</summary>
static class BundleWriter
{
    const int MaximumHostName = 63;

    static readonly byte[] SeccompProfile = DefaultProfile.Document();

    static readonly string[] OwnFiles = ["hostname", "hosts", "resolv.conf"];

    /// <summary>Folders of a bundle: the mount point, the writable layer, overlay's work folder, files for /etc.</summary>
    static readonly string[] Folders = ["rootfs", "upper", "work", "etc"];

    public static void Write(Folder bundle, ContainerDefinition definition, Image image, string cgroupPath, HostGrants grants)
    {
        foreach (var name in Folders)
        {
            bundle.EnsureFolder(name, 0b111_101_101).Dispose();
        }

        using (var etc = bundle.OpenFolder("etc"))
        {
            var host = HostName(definition);
            etc.Write("hostname", Encoding.UTF8.GetBytes(host + "\n"), mode: 0b110_100_100);
            etc.Write("hosts", Encoding.UTF8.GetBytes($"127.0.0.1 localhost {host}\n::1 localhost ip6-localhost\n"), mode: 0b110_100_100);
            // Without a network there is nobody to ask.
            etc.Write("resolv.conf", definition.Network is NetworkMode.Host ? HostResolver() : [], mode: 0b110_100_100);
        }

        bundle.Write("config.json", Config(bundle.Path, definition, image, cgroupPath, grants));
    }

    /// <summary>A host name is shorter than a container's name may be.</summary>
    internal static string HostName(ContainerDefinition definition) =>
        definition.Name.Length <= MaximumHostName ? definition.Name : definition.Name[..MaximumHostName];

    internal static byte[] Config(string bundle, ContainerDefinition definition, Image image, string cgroupPath, HostGrants grants)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("ociVersion", "1.3.0");
            WriteProcess(json, definition, image, grants);
            json.WriteStartObject("root");
            json.WriteString("path", "rootfs");
            json.WriteEndObject();
            json.WriteString("hostname", HostName(definition));
            WriteMounts(json, bundle, image);
            WriteLinux(json, definition, cgroupPath);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    static void WriteProcess(Utf8JsonWriter json, ContainerDefinition definition, Image image, HostGrants grants)
    {
        json.WriteStartObject("process");
        json.WriteBoolean("terminal", definition.Terminal);
        json.WriteStartObject("user");
        json.WriteNumber("uid", 0);
        json.WriteNumber("gid", 0);
        json.WriteEndObject();
        WriteStrings(json, "args", definition.Command);
        WriteStrings(json, "env", Environment(definition, image));
        json.WriteString("cwd", definition.WorkingDirectory);
        json.WriteStartObject("capabilities");
        foreach (var set in (string[])["bounding", "effective", "permitted"])
        {
            WriteStrings(json, set, Hardening.Capabilities);
        }

        json.WriteEndObject();
        json.WriteStartArray("rlimits");
        foreach (var (type, soft, hard) in grants.Rlimits)
        {
            json.WriteStartObject();
            json.WriteString("type", type);
            json.WriteNumber("soft", soft);
            json.WriteNumber("hard", hard);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteBoolean("noNewPrivileges", true);
        if (grants.OomScoreAdjustment is { } adjustment)
        {
            json.WriteNumber("oomScoreAdj", adjustment);
        }

        json.WriteEndObject();
    }

    static void WriteMounts(Utf8JsonWriter json, string bundle, Image image)
    {
        json.WriteStartArray("mounts");
        // Overlay lists the uppermost layer first.
        var lower = string.Join(':', image.Layers.Reverse());
        Mount("/", "overlay", "overlay", $"lowerdir={lower}", $"upperdir={bundle}/upper", $"workdir={bundle}/work");
        Mount("/proc", "proc", "proc", "nosuid", "noexec", "nodev");
        Mount("/dev", "tmpfs", "tmpfs", "nosuid", "noexec", "strictatime", "mode=755", "size=65536k");
        Mount("/dev/pts", "devpts", "devpts", "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5");
        Mount("/dev/shm", "tmpfs", "shm", "nosuid", "noexec", "nodev", "mode=1777", "size=65536k");
        Mount("/dev/mqueue", "mqueue", "mqueue", "nosuid", "noexec", "nodev");
        Mount("/sys", "sysfs", "sysfs", "nosuid", "noexec", "nodev", "ro");
        Mount("/sys/fs/cgroup", "cgroup", "cgroup", "nosuid", "noexec", "nodev", "relatime", "ro");
        foreach (var file in OwnFiles)
        {
            Mount($"/etc/{file}", "bind", $"{bundle}/etc/{file}", "bind", "nosuid", "noexec", "nodev");
        }

        json.WriteEndArray();

        void Mount(string destination, string type, string source, params string[] options)
        {
            json.WriteStartObject();
            json.WriteString("destination", destination);
            json.WriteString("type", type);
            json.WriteString("source", source);
            WriteStrings(json, "options", options);
            json.WriteEndObject();
        }
    }

    static void WriteLinux(Utf8JsonWriter json, ContainerDefinition definition, string cgroupPath)
    {
        json.WriteStartObject("linux");
        json.WriteStartArray("namespaces");
        foreach (var type in (string[])["pid", "mount", "ipc", "uts", "cgroup", "network"])
        {
            if (type is not "network" || definition.Network is NetworkMode.None)
            {
                json.WriteStartObject();
                json.WriteString("type", type);
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
        json.WriteString("cgroupsPath", "/" + cgroupPath);
        Limits.Write(json, definition.Limits);
        if (definition.Network is NetworkMode.None)
        {
            WriteStrings(json, "sysctl", Hardening.NetworkParameters);
        }

        WriteStrings(json, "maskedPaths", Hardening.MaskedPaths);
        WriteStrings(json, "readonlyPaths", Hardening.ReadOnlyPaths);
        json.WritePropertyName("seccomp");
        json.WriteRawValue(SeccompProfile);
        json.WriteEndObject();
    }

    /// <summary>Defaults, then the image's, then the container's own: the last of a name wins.</summary>
    internal static List<string> Environment(ContainerDefinition definition, Image image)
    {
        var variables = new List<string>
        {
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "HOSTNAME=" + HostName(definition),
        };
        if (definition.Terminal)
        {
            variables.Add("TERM=xterm-256color");
        }

        foreach (var variable in image.Environment.Concat(definition.Environment))
        {
            var name = variable[..(variable.IndexOf('=', StringComparison.Ordinal) + 1)];
            variables.RemoveAll(known => known.StartsWith(name, StringComparison.Ordinal));
            variables.Add(variable);
        }

        return variables;
    }

    static byte[] HostResolver()
    {
        try
        {
            using var file = Files.OpenPath("/etc/resolv.conf", Open.ReadOnly);
            return Files.ReadAll(file);
        }
        catch (KernelException e) when (e.Errno is Errno.ENOENT)
        {
            return [];
        }
    }

    static void WriteStrings(Utf8JsonWriter json, string name, IReadOnlyDictionary<string, string> values)
    {
        json.WriteStartObject(name);
        foreach (var (key, value) in values)
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    static void WriteStrings(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }
}
