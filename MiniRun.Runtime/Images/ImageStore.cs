using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Images;

/// <summary>The images of this host: an OCI image layout (index, blobs) and the unpacked layers beside it.</summary>
sealed class ImageStore(string path) : IDisposable
{
    const string ReferenceName = "org.opencontainers.image.ref.name";

    readonly SemaphoreSlim _making = new(1);

    /// <summary>What can be asked for: what is stored, and <c>base</c>, which is made on first use.</summary>
    public IReadOnlyList<string> Names => [.. ReadIndex().Select(entry => entry.Name).Where(name => name.Length > 0).Append(BaseImage.Name).Distinct().Order(StringComparer.Ordinal)];

    public bool Knows(string name) => name == BaseImage.Name || ReadIndex().Any(entry => entry.Name == name);

    /// <summary>Finds an image, and makes <c>base</c> when it is asked for the first time.</summary>
    /// <returns>Null when there is none of this name.</returns>
    public async Task<Image?> FindAsync(string name, CancellationToken cancellationToken)
    {
        if (Load(name) is { } image)
        {
            return image;
        }

        if (name != BaseImage.Name)
        {
            return null;
        }

        await _making.WaitAsync(cancellationToken);
        try
        {
            return Load(name) ?? await MakeBaseAsync(cancellationToken);
        }
        finally
        {
            _making.Release();
        }
    }

    public void Dispose() => _making.Dispose();

    async Task<Image> MakeBaseAsync(CancellationToken cancellationToken)
    {
        var entries = await BaseImage.CollectAsync(cancellationToken);
        using var root = Folder.Ensure(path);
        using var blobs = Folder.Ensure($"{path}/blobs/sha256");
        using var layers = root.EnsureFolder("layers");
        var layer = LayerWriter.WriteBlob(blobs, entries);
        // image-spec, "Layer ChainID": of the lowest layer it is the DiffID.
        var chainId = layer.DiffId["sha256:".Length..];
        if (!layers.Exists(chainId))
        {
            var temporary = $".{chainId}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}";
            using (var folder = layers.CreateFolder(temporary, 0b111_101_101))
            {
                LayerWriter.Unpack(folder, entries);
            }

            layers.SetMode(temporary, 0b111_101_101);
            layers.Rename(temporary, chainId);
            layers.Sync();
        }

        var manifest = BlobStore.Write(blobs, Manifest(blobs, layer));
        AddToIndex(root, BaseImage.Name, manifest, blobs);
        return Load(BaseImage.Name)!;
    }

    static byte[] Manifest(Folder blobs, StoredLayer layer)
    {
        var config = Encode(new JsonObject
        {
            ["architecture"] = System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture is System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "amd64",
            ["os"] = "linux",
            ["config"] = new JsonObject
            {
                ["Cmd"] = new JsonArray("/bin/bash"),
                ["Env"] = new JsonArray("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
            },
            ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray(layer.DiffId) },
        });
        return Encode(new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = "application/vnd.oci.image.manifest.v1+json",
            ["config"] = Descriptor("application/vnd.oci.image.config.v1+json", BlobStore.Write(blobs, config), config.Length),
            ["layers"] = new JsonArray(Descriptor("application/vnd.oci.image.layer.v1.tar+gzip", layer.Digest, layer.Size)),
        });
    }

    static void AddToIndex(Folder root, string name, string manifest, Folder blobs)
    {
        var descriptor = Descriptor("application/vnd.oci.image.manifest.v1+json", manifest, BlobStore.Read(blobs, manifest).Length);
        descriptor["annotations"] = new JsonObject { [ReferenceName] = name };
        var manifests = JsonNode.Parse(root.TryRead("index.json") ?? "{\"manifests\":[]}"u8.ToArray())!["manifests"]!.AsArray();
        var others = manifests.Where(m => m?["annotations"]?[ReferenceName]?.GetValue<string>() != name).Select(m => m!.DeepClone());
        root.WriteDurably("oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}"u8);
        root.WriteDurably("index.json", Encode(new JsonObject { ["schemaVersion"] = 2, ["manifests"] = new JsonArray([.. others, descriptor]) }));
    }

    Image? Load(string name)
    {
        if (ReadIndex().FirstOrDefault(entry => entry.Name == name) is not { Manifest: { } digest })
        {
            return null;
        }

        try
        {
            return Load(name, digest);
        }
        catch (KernelException e) when (e.Errno is Errno.ENOENT)
        {
            // Somebody removed a part, as the message about a damaged blob tells them to: it is not complete, so it is not there.
            return null;
        }
    }

    Image? Load(string name, string digest)
    {
        using var blobs = Folder.Open($"{path}/blobs/sha256");
        var manifest = JsonNode.Parse(BlobStore.Read(blobs, digest))!;
        var config = JsonNode.Parse(BlobStore.Read(blobs, manifest["config"]!["digest"]!.GetValue<string>()))!;
        var layers = ChainIds([.. config["rootfs"]!["diff_ids"]!.AsArray().Select(id => id!.GetValue<string>())]).Select(id => $"{path}/layers/{id}").ToList();
        using var unpacked = Folder.Open($"{path}/layers");
        return layers.TrueForAll(layer => unpacked.Exists(layer[(layer.LastIndexOf('/') + 1)..]))
            ? new Image(name, layers, Strings(config["config"]?["Cmd"]), Strings(config["config"]?["Env"]))
            : null;
    }

    /// <summary>image-spec, "Layer ChainID": each is the hash of the one below and the layer's own DiffID.</summary>
    internal static IEnumerable<string> ChainIds(IReadOnlyList<string> diffIds)
    {
        var chain = "";
        foreach (var diffId in diffIds)
        {
            chain = chain.Length == 0 ? diffId : "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes($"{chain} {diffId}")));
            yield return chain["sha256:".Length..];
        }
    }

    List<(string Name, string Manifest)> ReadIndex()
    {
        using var root = Folder.Ensure(path);
        return root.TryRead("index.json") is not { } index
            ? []
            : [.. JsonNode.Parse(index)!["manifests"]!.AsArray()
                .Select(m => (m!["annotations"]?[ReferenceName]?.GetValue<string>() ?? "", m["digest"]!.GetValue<string>()))];
    }

    static IReadOnlyList<string> Strings(JsonNode? array) => [.. (array as JsonArray ?? []).Select(item => item!.GetValue<string>())];

    static JsonObject Descriptor(string mediaType, string digest, long size) =>
        new() { ["mediaType"] = mediaType, ["digest"] = digest, ["size"] = size };

    static byte[] Encode(JsonObject document) => Encoding.UTF8.GetBytes(document.ToJsonString());
}
