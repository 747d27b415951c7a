using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using MiniRun.Runtime.Images;

namespace MiniRun.Runtime.Tests.Images;

public sealed class LayerWriterTests : IDisposable
{
    static readonly TreeEntry[] Entries =
    [
        new FolderEntry("bin"), new FileEntry("bin/tool", "#!/bin/sh\n"u8.ToArray(), 0b100_111_101_101), new LinkEntry("bin/link", "/bin/tool"),
        new FolderEntry("tmp", 0b001_111_111_111), new FolderEntry("a"), new FolderEntry("a/b", 0b111_000_000),
        new FileEntry("a/b/empty", []), new FileEntry("top", [0, 1, 2, 255], 0b110_110_110),
    ];

    readonly TemporaryFolder _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public void The_blob_and_the_unpacked_tree_are_the_same()
    {
        using var blobs = _place.Folder.CreateFolder("blobs");
        using var tree = _place.Folder.CreateFolder("tree");
        var layer = LayerWriter.WriteBlob(blobs, Entries);
        LayerWriter.Unpack(tree, Entries);

        var names = new List<string>();
        using var tar = new TarReader(new GZipStream(File.OpenRead(_place[$"blobs/{layer.Digest[7..]}"]), CompressionMode.Decompress));
        while (tar.GetNextEntry(copyData: true) is { } entry)
        {
            var path = $"{tree.Path}/{entry.Name.TrimEnd('/')}";
            names.Add(entry.Name.TrimEnd('/'));
            Assert.Equal(DateTimeOffset.UnixEpoch, entry.ModificationTime);
            Assert.Equal((0, 0), (entry.Uid, entry.Gid));
            switch (entry.EntryType)
            {
                case TarEntryType.SymbolicLink:
                    Assert.Equal(new FileInfo(path).LinkTarget, entry.LinkName);
                    break;
                case TarEntryType.Directory:
                    Assert.Equal(File.GetUnixFileMode(path), entry.Mode);
                    Assert.True(Directory.Exists(path));
                    break;
                default:
                    Assert.Equal(File.GetUnixFileMode(path), entry.Mode);
                    using (var content = new MemoryStream())
                    {
                        entry.DataStream?.CopyTo(content);
                        Assert.Equal(File.ReadAllBytes(path), content.ToArray());
                    }

                    break;
            }
        }

        Assert.Equal(Entries.Select(e => e.Path), names);
        Assert.Equal(Entries.Select(e => "tree/" + e.Path).Order(StringComparer.Ordinal), _place.Names.Where(n => n.StartsWith("tree/", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_digests_are_those_of_the_bytes()
    {
        using var blobs = _place.Folder.CreateFolder("blobs");
        var layer = LayerWriter.WriteBlob(blobs, Entries);
        var blob = File.ReadAllBytes(_place[$"blobs/{layer.Digest[7..]}"]);
        Assert.Equal(layer.Size, blob.Length);
        Assert.Equal(layer.Digest, "sha256:" + Convert.ToHexStringLower(SHA256.HashData(blob)));
        using var archive = new MemoryStream();
        using (var gzip = new GZipStream(new MemoryStream(blob), CompressionMode.Decompress))
        {
            gzip.CopyTo(archive);
        }

        Assert.Equal(layer.DiffId, "sha256:" + Convert.ToHexStringLower(SHA256.HashData(archive.ToArray())));
    }

    [Fact]
    public void The_same_entries_give_the_same_digest_and_others_another()
    {
        using var first = _place.Folder.CreateFolder("first");
        using var second = _place.Folder.CreateFolder("second");
        Assert.Equal(LayerWriter.WriteBlob(first, Entries), LayerWriter.WriteBlob(second, Entries));
        Assert.NotEqual(LayerWriter.WriteBlob(first, Entries).DiffId, LayerWriter.WriteBlob(first, Entries[..^1]).DiffId);
    }

    [Fact]
    public void Nothing_is_unpacked_over_what_is_there()
    {
        using var tree = _place.Folder.CreateFolder("tree");
        LayerWriter.Unpack(tree, Entries);
        Assert.Throws<MiniRun.Runtime.Kernel.KernelException>(() => LayerWriter.Unpack(tree, Entries));
    }

    [Fact]
    public void A_blob_is_stored_once_and_checked_when_it_is_read()
    {
        var digest = BlobStore.Write(_place.Folder, "content"u8.ToArray());
        Assert.Equal("sha256:ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73", digest);
        Assert.Equal(digest, BlobStore.Write(_place.Folder, "content"u8.ToArray()));
        Assert.Equal("content"u8.ToArray(), BlobStore.Read(_place.Folder, digest));
        Assert.Equal([digest[7..]], _place.Names);
        _place.Write(digest[7..], "cOntent");
        var error = Assert.Throws<InvalidDataException>(() => BlobStore.Read(_place.Folder, digest));
        Assert.Contains($"remove {_place.Path}/{digest[7..]}", error.Message, StringComparison.Ordinal);
    }
}
