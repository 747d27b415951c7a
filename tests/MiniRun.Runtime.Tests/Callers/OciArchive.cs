using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace MiniRun.Runtime.Tests.Callers;

/// <summary>Writes an image of one layer as a tar archive (image-layout.md), which needs no registry.</summary>
static class OciArchive
{
    public const string Reference = "localhost/box:1";

    public static void Write(string root, string archive)
    {
        var place = Directory.CreateTempSubdirectory("minirun-image-").FullName;
        try
        {
            Directory.CreateDirectory($"{place}/blobs/sha256");
            TarFile.CreateFromDirectory(root, place + "/layer", includeBaseDirectory: false);
            var layer = AddBlob(place, File.ReadAllBytes(place + "/layer"), "application/vnd.oci.image.layer.v1.tar");
            File.Delete(place + "/layer");
            var config = AddBlob(place, new JsonObject
            {
                ["architecture"] = System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture is System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "amd64",
                ["os"] = "linux",
                ["config"] = new JsonObject { ["Env"] = new JsonArray("PATH=/bin"), ["Cmd"] = new JsonArray("sh") },
                ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray((string)layer["digest"]!) },
            }, "application/vnd.oci.image.config.v1+json");
            var manifest = AddBlob(place, new JsonObject
            {
                ["schemaVersion"] = 2,
                ["mediaType"] = "application/vnd.oci.image.manifest.v1+json",
                ["config"] = config,
                ["layers"] = new JsonArray(layer),
            }, "application/vnd.oci.image.manifest.v1+json");
            manifest["annotations"] = new JsonObject { ["io.containerd.image.name"] = Reference };
            File.WriteAllText(place + "/index.json", new JsonObject { ["schemaVersion"] = 2, ["manifests"] = new JsonArray(manifest) }.ToJsonString());
            File.WriteAllText(place + "/oci-layout", """{"imageLayoutVersion":"1.0.0"}""");
            TarFile.CreateFromDirectory(place, archive, includeBaseDirectory: false);
        }
        finally
        {
            Directory.Delete(place, recursive: true);
        }
    }

    static JsonObject AddBlob(string place, JsonObject document, string type) => AddBlob(place, Encoding.UTF8.GetBytes(document.ToJsonString()), type);

    /// <returns>Its descriptor.</returns>
    static JsonObject AddBlob(string place, byte[] content, string type)
    {
        var digest = Convert.ToHexStringLower(SHA256.HashData(content));
        File.WriteAllBytes($"{place}/blobs/sha256/{digest}", content);
        return new JsonObject { ["mediaType"] = type, ["digest"] = "sha256:" + digest, ["size"] = content.Length };
    }
}
