using System.Security.Cryptography;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Images;

/// <summary>Content by its digest (image-spec, "Image Layout"): a blob is complete, or it is not there.</summary>
static class BlobStore
{
    /// <summary>Stores bytes under their SHA-256.</summary>
    /// <returns>The digest, <c>sha256:…</c>.</returns>
    public static string Write(Folder blobs, byte[] content)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(content));
        if (!blobs.Exists(hash))
        {
            blobs.WriteDurably(hash, content, 0b110_100_100);
        }

        return "sha256:" + hash;
    }

    /// <summary>Reads a blob and checks that it is what its name says.</summary>
    /// <exception cref="InvalidDataException">The disk holds something else under this digest.</exception>
    public static byte[] Read(Folder blobs, string digest)
    {
        var hash = digest["sha256:".Length..];
        var content = blobs.Read(hash);
        return Convert.ToHexStringLower(SHA256.HashData(content)) == hash
            ? content
            : throw new InvalidDataException($"The blob {digest} is damaged; remove {blobs.Path}/{hash} to have it made again.");
    }
}
