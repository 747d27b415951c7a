using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Images;

/// <summary>A stored layer.</summary>
/// <param name="Digest">Of the compressed blob, <c>sha256:…</c>.</param>
/// <param name="Size">Of the compressed blob, bytes.</param>
/// <param name="DiffId">Of the tar archive itself (image-spec, "Layer DiffID").</param>
sealed record StoredLayer(string Digest, long Size, string DiffId);

/// <summary>Turns entries into a layer: a gzip-compressed tar blob, and the same tree unpacked for overlay mounts.</summary>
static class LayerWriter
{
    /// <summary>The same entries give the same digest, whenever they are written.</summary>
    static readonly DateTimeOffset Epoch = DateTimeOffset.UnixEpoch;

    /// <summary>Writes the blob into a blob folder.</summary>
    public static StoredLayer WriteBlob(Folder blobs, IReadOnlyList<TreeEntry> entries)
    {
        using var archive = new MemoryStream();
        using (var tar = new TarWriter(archive, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var entry in entries)
            {
                tar.WriteEntry(ToTar(entry));
            }
        }

        using var compressed = new MemoryStream();
        archive.Position = 0;
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            archive.CopyTo(gzip);
        }

        archive.Position = 0;
        var diffId = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(archive));
        return new StoredLayer(BlobStore.Write(blobs, compressed.ToArray()), compressed.Length, diffId);
    }

    /// <summary>Unpacks entries of our own making; a foreign archive needs more suspicion than this.</summary>
    public static void Unpack(Folder target, IReadOnlyList<TreeEntry> entries)
    {
        foreach (var entry in entries)
        {
            var slash = entry.Path.LastIndexOf('/');
            using var parent = slash < 0 ? null : target.OpenFolder(entry.Path[..slash]);
            var folder = parent ?? target;
            var name = entry.Path[(slash + 1)..];
            switch (entry)
            {
                case FolderEntry:
                    folder.CreateFolder(name).Dispose();
                    break;
                case FileEntry file:
                    folder.Write(name, file.Content, Open.Create | Open.Exclusive);
                    break;
                case LinkEntry link:
                    folder.Symlink(link.Target, name);
                    continue;
            }

            // The umask took bits away.
            folder.SetMode(name, entry.Mode);
        }
    }

    static UstarTarEntry ToTar(TreeEntry entry)
    {
        var type = entry switch
        {
            FolderEntry => TarEntryType.Directory,
            LinkEntry => TarEntryType.SymbolicLink,
            _ => TarEntryType.RegularFile,
        };
        var tar = new UstarTarEntry(type, entry is FolderEntry ? entry.Path + "/" : entry.Path)
        {
            Mode = (UnixFileMode)entry.Mode,
            ModificationTime = Epoch,
        };
        if (entry is LinkEntry link)
        {
            tar.LinkName = link.Target;
        }

        if (entry is FileEntry file)
        {
            tar.DataStream = new MemoryStream(file.Content);
        }

        return tar;
    }
}
