using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace MiniRun.Runtime.Tests.Spec;

/// <summary>The configuration that <c>runc spec</c> writes, to be changed one field at a time.</summary>
static class SampleConfig
{
    public const string Text = """
        {
          "ociVersion": "1.2.1",
          "process": {
            "terminal": true,
            "consoleSize": { "height": 40, "width": 132 },
            "user": { "uid": 1000, "gid": 100, "umask": 63, "additionalGids": [5, 27] },
            "args": ["sh", "-c", "echo hello"],
            "env": ["PATH=/usr/bin:/bin", "TERM=xterm", "EMPTY="],
            "cwd": "/srv",
            "capabilities": {
              "bounding": ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"],
              "effective": ["CAP_KILL"],
              "permitted": ["CAP_KILL", "CAP_CHECKPOINT_RESTORE"],
              "inheritable": ["CAP_CHOWN"],
              "ambient": ["CAP_KILL"]
            },
            "rlimits": [
              { "type": "RLIMIT_NOFILE", "hard": 1024, "soft": 512 },
              { "type": "RLIMIT_CORE", "hard": 18446744073709551615, "soft": 0 }
            ],
            "noNewPrivileges": true,
            "oomScoreAdj": -500,
            "apparmorProfile": "",
            "selinuxLabel": "",
            "commandLine": "for another platform"
          },
          "root": { "path": "rootfs", "readonly": true },
          "hostname": "runc",
          "domainname": "example",
          "mounts": [
            { "destination": "/proc", "type": "proc", "source": "proc" },
            { "destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755"], "uidMappings": [] }
          ],
          "hooks": {},
          "annotations": { "made.by": "hand" },
          "linux": {
            "cgroupsPath": "/minirun/sample",
            "resources": {
              "devices": [{ "allow": false, "access": "rwm" }],
              "memory": { "limit": 67108864, "swap": -1, "reservation": 1 },
              "cpu": { "quota": 50000, "period": 100000, "shares": 512, "cpus": "0" },
              "pids": { "limit": 32, "unknown": null }
            },
            "namespaces": [{ "type": "pid" }, { "type": "network", "path": "" }, { "type": "mount", "unknown": 1 }],
            "maskedPaths": ["/proc/kcore"],
            "readonlyPaths": ["/proc/sys"],
            "rootfsPropagation": "private",
            "seccomp": null,
            "devices": [],
            "mountLabel": ""
          }
        }
        """;

    public static byte[] Bytes => Encoding.UTF8.GetBytes(Text);

    /// <summary>The sample with one value replaced; a path is names and indexes divided by dots.</summary>
    public static byte[] With(string path, string json)
    {
        var document = JsonNode.Parse(Text)!;
        var (parent, last) = Find(document, path);
        // A place holder first, because the new value may be text that no JSON library would write.
        const string PlaceHolder = "\"@here@\"";
        if (parent is JsonArray array)
        {
            array[int.Parse(last, CultureInfo.InvariantCulture)] = "@here@";
        }
        else
        {
            parent[last] = "@here@";
        }

        return Encoding.UTF8.GetBytes(document.ToJsonString().Replace(PlaceHolder, json, StringComparison.Ordinal));
    }

    static (JsonNode Parent, string Last) Find(JsonNode node, string path)
    {
        var steps = path.Split('.');
        foreach (var step in steps[..^1])
        {
            node = (node is JsonArray array ? array[int.Parse(step, CultureInfo.InvariantCulture)] : node[step])!;
        }

        return (node, steps[^1]);
    }
}
