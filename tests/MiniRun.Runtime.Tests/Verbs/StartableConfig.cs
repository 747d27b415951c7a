using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MiniRun.Runtime.Tests.Verbs;

/// <summary>A configuration with most fields of the specification, of which a container can be created on any host, and what keeps
/// a damaged copy of it from harming that host.</summary>
static class StartableConfig
{
    static readonly string[] OwnNamespaces = ["pid", "mount", "ipc", "uts", "network"];

    static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 64 };

    /// <param name="bundle">Its root is <c>rootfs</c>, and it has a folder <c>data</c>.</param>
    public static string Text(string bundle) => $$"""
        {
          "ociVersion": "1.2.1",
          "process": {
            "terminal": false,
            "user": { "uid": 0, "gid": 0, "umask": 18, "additionalGids": [5, 27] },
            "args": ["/bin/true", "a", ""],
            "env": ["PATH=/bin:/usr/bin", "EMPTY="],
            "cwd": "/srv/made",
            "capabilities": { "bounding": ["CAP_KILL"], "effective": ["CAP_KILL"], "permitted": ["CAP_KILL"], "inheritable": ["CAP_KILL"], "ambient": ["CAP_KILL"] },
            "rlimits": [{ "type": "RLIMIT_NOFILE", "hard": 1000, "soft": 512 }, { "type": "RLIMIT_CORE", "hard": 0, "soft": 0 }],
            "noNewPrivileges": true,
            "oomScoreAdj": 500,
            "scheduler": { "policy": "SCHED_BATCH", "nice": 5 },
            "ioPriority": { "class": "IOPRIO_CLASS_BE", "priority": 4 },
            "execCPUAffinity": { "initial": "0", "final": "0" }
          },
          "root": { "path": "{{bundle}}/rootfs", "readonly": true },
          "hostname": "host",
          "domainname": "example",
          "mounts": [
            { "destination": "/proc", "type": "proc", "source": "proc" },
            { "destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "strictatime", "mode=755", "size=65536k"] },
            { "destination": "/dev/pts", "type": "devpts", "source": "devpts", "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"] },
            { "destination": "/dev/mqueue", "type": "mqueue", "source": "mqueue", "options": ["nosuid", "noexec", "nodev"] },
            { "destination": "/sys", "type": "sysfs", "source": "sysfs", "options": ["nosuid", "noexec", "nodev", "ro"] },
            { "destination": "/srv/data", "type": "bind", "source": "{{bundle}}/data", "options": ["rbind", "rro", "nosuid", "rprivate"] },
            { "destination": "/etc", "type": "tmpfs", "source": "tmpfs", "options": ["tmpcopyup", "noatime"] }
          ],
          "annotations": { "org.example.made.by": "hand", "empty": "" },
          "linux": {
            "namespaces": [{ "type": "pid" }, { "type": "mount" }, { "type": "ipc" }, { "type": "uts" }, { "type": "network" }],
            "devices": [
              { "path": "/dev/fuse", "type": "c", "major": 10, "minor": 229, "fileMode": 438, "uid": 0, "gid": 7 },
              { "path": "/dev/pipe", "type": "p" }
            ],
            "resources": {
              "devices": [{ "allow": false }, { "allow": true, "type": "c", "major": 10, "minor": -1, "access": "rw" }],
              "memory": { "limit": 67108864, "reservation": 33554432, "disableOOMKiller": false },
              "cpu": { "shares": 512, "quota": 50000, "period": 100000, "cpus": "0" },
              "pids": { "limit": 32 }
            },
            "seccomp": {
              "defaultAction": "SCMP_ACT_ALLOW",
              "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"],
              "syscalls": [{ "names": ["getcwd", "chmod"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1, "args": [{ "index": 0, "value": 7, "valueTwo": 0, "op": "SCMP_CMP_EQ" }] }]
            },
            "rootfsPropagation": "rslave",
            "maskedPaths": ["/proc/kcore", "/proc/timer_list"],
            "readonlyPaths": ["/proc/sys"],
            "personality": { "domain": "LINUX", "flags": [] }
          }
        }
        """;

    /// <summary>Puts back what must not be lost: namespaces, the root, what is mounted from where; and takes away what reaches the
    /// host: hooks, parameters of the kernel, network devices, other cgroups. What is no JSON any more stays as it is.</summary>
    public static byte[] Tame(byte[] document, string bundle)
    {
        JsonObject config;
        try
        {
            if (JsonNode.Parse(document, documentOptions: Strict) is not JsonObject parsed)
            {
                return document;
            }

            config = parsed;
        }
        catch (JsonException)
        {
            return document;
        }

        config.Remove("hooks");
        Child(config, "root", root => root["path"] = bundle + "/rootfs");
        Child(config, "linux", linux =>
        {
            TameLinux(linux);
            linux.Remove("sysctl");
            linux.Remove("netDevices");
            linux.Remove("cgroupsPath");
            linux.Remove("intelRdt");
        });
        TameMounts(config, bundle);
        return Encoding.UTF8.GetBytes(config.ToJsonString());
    }

    static void TameLinux(JsonObject linux)
    {
        // Whatever else is there is refused by its type, and that is a case of its own.
        if (linux["namespaces"] is null or JsonArray)
        {
            linux["namespaces"] = new JsonArray([.. OwnNamespaces.Select(type => (JsonNode)new JsonObject { ["type"] = type })]);
        }

        if (linux["rootfsPropagation"] is JsonValue value && value.ToString().Contains("shared", StringComparison.OrdinalIgnoreCase))
        {
            linux.Remove("rootfsPropagation");
        }
    }

    static void TameMounts(JsonObject config, string bundle)
    {
        foreach (var mount in (config["mounts"] as JsonArray ?? []).OfType<JsonObject>())
        {
            var type = (mount["type"] as JsonValue)?.ToString() ?? "";
            if (type is not ("proc" or "tmpfs" or "devpts" or "mqueue" or "sysfs") || (mount["options"] as JsonArray ?? []).Any(o => o?.ToString().Contains("bind", StringComparison.Ordinal) == true))
            {
                mount["source"] = bundle + "/data";
            }
        }
    }

    /// <summary>An object that is missing is made, because without it the container would be less apart from the host.</summary>
    static void Child(JsonObject parent, string name, Action<JsonObject> change)
    {
        parent[name] ??= new JsonObject();
        if (parent[name] is JsonObject child)
        {
            change(child);
        }
    }
}
