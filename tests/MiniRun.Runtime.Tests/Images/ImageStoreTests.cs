using System.Text.Json;
using MiniRun.Runtime.Images;

namespace MiniRun.Runtime.Tests.Images;

public sealed class ImageStoreTests : IDisposable
{
    readonly TemporaryFolder _place = new();

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _place.Dispose();

    [Fact]
    public void Chain_ids_are_those_of_the_image_specification()
    {
        // Computed with sha256sum: printf 'sha256:<chain below> sha256:<diff id>'.
        string[] diffIds = ["sha256:" + new string('a', 64), "sha256:" + new string('b', 64), "sha256:" + new string('c', 64)];
        Assert.Equal(
            [
                new string('a', 64),
                "ccd722928bd92476ba1745586fed6e45a102504185ad88cd89e01ff116fd146c",
                "c1377126441fb2f5ec2c21ae2a60255331d639e830f0ee1b40a36e52d4c40588",
            ],
            ImageStore.ChainIds(diffIds));
        Assert.Empty(ImageStore.ChainIds([]));
    }

    [Fact]
    public async Task The_base_image_is_made_on_first_use()
    {
        using var store = new ImageStore(_place["images"]);
        Assert.Equal(["base"], store.Names);
        Assert.True(store.Knows("base"));
        Assert.False(store.Knows("other"));
        Assert.Null(await store.FindAsync("other", Cancelled));
        Assert.False(File.Exists(_place["images/index.json"]));

        var image = await store.FindAsync("base", Cancelled);
        Assert.Equal(("base", "/bin/bash"), (image!.Name, Assert.Single(image.Command)));
        Assert.StartsWith("PATH=", Assert.Single(image.Environment), StringComparison.Ordinal);
        Assert.True(File.Exists(Assert.Single(image.Layers) + "/bin/busybox"));
        Assert.Equal(["base"], store.Names);
        Assert.True(store.Knows("base"));
    }

    [Fact]
    public async Task It_is_an_image_layout_whose_every_descriptor_fits()
    {
        using var store = new ImageStore(_place.Path);
        var image = await store.FindAsync("base", Cancelled);
        Assert.Equal("""{"imageLayoutVersion":"1.0.0"}""", _place.Read("oci-layout"));
        var manifest = Follow(JsonDocument.Parse(_place.Read("index.json")).RootElement.GetProperty("manifests")[0]);
        Assert.Equal(2, manifest.GetProperty("schemaVersion").GetInt32());
        var config = Follow(manifest.GetProperty("config"));
        var layer = manifest.GetProperty("layers")[0];
        Assert.Equal(new FileInfo(Blob(layer)).Length, layer.GetProperty("size").GetInt64());
        Assert.Equal("linux", config.GetProperty("os").GetString());
        Assert.EndsWith(config.GetProperty("rootfs").GetProperty("diff_ids")[0].GetString()![7..], image!.Layers[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_many_who_ask_at_once_one_makes_it()
    {
        using var store = new ImageStore(_place.Path);
        var images = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => store.FindAsync("base", Cancelled), Cancelled)));
        Assert.All(images, image => Assert.Equal(images[0]!.Layers, image!.Layers));
        Assert.Single(Directory.GetDirectories(_place["layers"]));
        Assert.Equal(3, Directory.GetFiles(_place["blobs/sha256"]).Length);
    }

    [Fact]
    public async Task A_second_store_finds_what_the_first_made()
    {
        using var first = new ImageStore(_place.Path);
        var made = await first.FindAsync("base", Cancelled);
        var stamp = File.GetLastWriteTimeUtc(_place["index.json"]);
        using var second = new ImageStore(_place.Path);
        var found = await second.FindAsync("base", Cancelled);
        Assert.Equal((made!.Layers[0], stamp), (found!.Layers[0], File.GetLastWriteTimeUtc(_place["index.json"])));
    }

    [Fact]
    public async Task A_layer_that_was_removed_is_made_again()
    {
        using var store = new ImageStore(_place.Path);
        var image = await store.FindAsync("base", Cancelled);
        Directory.Delete(image!.Layers[0], recursive: true);
        var again = await store.FindAsync("base", Cancelled);
        Assert.Equal(image.Layers, again!.Layers);
        Assert.True(Directory.Exists(again.Layers[0]));
        Assert.Equal(["base"], store.Names);
    }

    [Fact]
    public async Task A_damaged_blob_is_refused_and_made_again_once_it_is_removed()
    {
        using var store = new ImageStore(_place.Path);
        await store.FindAsync("base", Cancelled);
        var manifest = Blob(JsonDocument.Parse(_place.Read("index.json")).RootElement.GetProperty("manifests")[0]);
        await File.WriteAllTextAsync(manifest, "{}", Cancelled);
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => store.FindAsync("base", Cancelled));
        Assert.Contains($"remove {manifest} to have it made again", error.Message, StringComparison.Ordinal);
        File.Delete(manifest);
        Assert.NotNull(await store.FindAsync("base", Cancelled));
    }

    [Fact]
    public async Task Other_images_of_the_index_stay()
    {
        _place.Write("index.json", """{"manifests":[{"digest":"sha256:00","annotations":{"org.opencontainers.image.ref.name":"other"}},{"digest":"sha256:01"}]}""");
        using var store = new ImageStore(_place.Path);
        await store.FindAsync("base", Cancelled);
        // One without a name cannot be asked for.
        Assert.Equal(["base", "other"], store.Names);
    }

    JsonElement Follow(JsonElement descriptor)
    {
        var content = File.ReadAllBytes(Blob(descriptor));
        Assert.Equal(content.Length, descriptor.GetProperty("size").GetInt64());
        return JsonDocument.Parse(content).RootElement;
    }

    string Blob(JsonElement descriptor) => _place[$"blobs/sha256/{descriptor.GetProperty("digest").GetString()![7..]}"];
}
