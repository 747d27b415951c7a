using System.Text.Json;

namespace MiniRun.Runtime.Spec;

/// <summary>The config.json that <c>minirun-runtime spec</c> writes: a shell in <c>rootfs</c>, hardened as the panel's containers are.</summary>
static class SpecTemplate
{
    /// <summary>UTF-8, indented.</summary>
    /// <param name="seccomp">The object linux.seccomp.</param>
    public static byte[] Write(byte[] seccomp) => Document(seccomp, null);

    /// <summary>One that needs no root on the host: its root is the given user, and it keeps the caller's network.</summary>
    public static byte[] WriteRootless(byte[] seccomp, uint uid, uint gid) => Document(seccomp, (uid, gid));

    static byte[] Document(byte[] seccomp, (uint Uid, uint Gid)? owner)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("ociVersion", ConfigReader.NewestVersion);
            WriteProcess(json);
            json.WriteStartObject("root");
            json.WriteString("path", "rootfs");
            json.WriteBoolean("readonly", true);
            json.WriteEndObject();
            json.WriteString("hostname", "minirun");
            WriteMounts(json, isRootless: owner is not null);
            WriteLinux(json, seccomp, owner);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    static void WriteProcess(Utf8JsonWriter json)
    {
        json.WriteStartObject("process");
        json.WriteBoolean("terminal", true);
        json.WriteStartObject("user");
        json.WriteNumber("uid", 0);
        json.WriteNumber("gid", 0);
        json.WriteEndObject();
        json.WriteStrings("args", ["sh"]);
        json.WriteStrings("env", ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm"]);
        json.WriteString("cwd", "/");
        json.WriteStartObject("capabilities");
        json.WriteStrings("bounding", Hardening.Capabilities);
        json.WriteStrings("effective", Hardening.Capabilities);
        json.WriteStrings("permitted", Hardening.Capabilities);
        json.WriteEndObject();
        json.WriteStartArray("rlimits");
        json.WriteStartObject();
        json.WriteString("type", "RLIMIT_NOFILE");
        json.WriteNumber("hard", 1024);
        json.WriteNumber("soft", 1024);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteBoolean("noNewPrivileges", true);
        json.WriteEndObject();
    }

    static void WriteMounts(Utf8JsonWriter json, bool isRootless)
    {
        json.WriteStartArray("mounts");
        WriteMount(json, "/proc", "proc", "proc", ["nosuid", "noexec", "nodev"]);
        WriteMount(json, "/dev", "tmpfs", "tmpfs", ["nosuid", "noexec", "strictatime", "mode=755", "size=65536k"]);
        // Group 5 (tty) of a rootless container is nobody on the host.
        WriteMount(json, "/dev/pts", "devpts", "devpts", ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", .. isRootless ? [] : (string[])["gid=5"]]);
        WriteMount(json, "/dev/shm", "tmpfs", "shm", ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"]);
        WriteMount(json, "/dev/mqueue", "mqueue", "mqueue", ["nosuid", "noexec", "nodev"]);
        if (isRootless)
        {
            // A new sysfs belongs to the owner of the network, which is the host's here.
            WriteMount(json, "/sys", "none", "/sys", ["rbind", "nosuid", "noexec", "nodev", "ro"]);
        }
        else
        {
            WriteMount(json, "/sys", "sysfs", "sysfs", ["nosuid", "noexec", "nodev", "ro"]);
        }

        WriteMount(json, "/sys/fs/cgroup", "cgroup", "cgroup", ["nosuid", "noexec", "nodev", "relatime", "ro"]);
        json.WriteEndArray();
    }

    static void WriteMount(Utf8JsonWriter json, string destination, string type, string source, IReadOnlyList<string> options)
    {
        json.WriteStartObject();
        json.WriteString("destination", destination);
        json.WriteString("type", type);
        json.WriteString("source", source);
        json.WriteStrings("options", options);
        json.WriteEndObject();
    }

    static void WriteLinux(Utf8JsonWriter json, byte[] seccomp, (uint Uid, uint Gid)? owner)
    {
        json.WriteStartObject("linux");
        if (owner is { } mapped)
        {
            WriteMapping(json, "uidMappings", mapped.Uid);
            WriteMapping(json, "gidMappings", mapped.Gid);
        }
        else
        {
            json.WriteStartObject("resources");
            json.WriteStartArray("devices");
            json.WriteStartObject();
            json.WriteBoolean("allow", false);
            json.WriteString("access", "rwm");
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteStartArray("namespaces");
        foreach (var type in (string[])["pid", owner is null ? "network" : "user", "ipc", "uts", "mount", "cgroup"])
        {
            json.WriteStartObject();
            json.WriteString("type", type);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WritePropertyName("seccomp");
        json.WriteRawValue(seccomp);
        json.WriteStrings("maskedPaths", Hardening.MaskedPaths);
        json.WriteStrings("readonlyPaths", Hardening.ReadOnlyPaths);
        json.WriteEndObject();
    }

    static void WriteMapping(Utf8JsonWriter json, string name, uint id)
    {
        json.WriteStartArray(name);
        json.WriteStartObject();
        json.WriteNumber("containerID", 0);
        json.WriteNumber("hostID", id);
        json.WriteNumber("size", 1);
        json.WriteEndObject();
        json.WriteEndArray();
    }
}
