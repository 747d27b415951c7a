using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox;
using MiniRun.Runtime.Tests.Spec;

namespace MiniRun.Runtime.Tests.Sandbox;

public sealed class StoredContainerTests : IDisposable
{
    readonly TemporaryFolder _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public void A_new_container_has_its_configuration_and_is_being_created()
    {
        using (var made = StoredContainer.Create(_place.Folder, "c", SampleConfig.Bytes))
        {
            Assert.Equal(("c", ContainerStatus.Creating, true), (made.Id, made.Status(), made.IsCreating));
        }

        using var found = StoredContainer.Open(_place.Folder, "c");
        Assert.Equal("1.2.1", found.Config.OciVersion);
        Assert.Null(found.Record);
        Assert.Null(found.TryOpenProcess());
        Assert.Equal("container \"c\" is not running", Assert.Throws<UnknownContainerException>(() => found.OpenProcess()).Message);
    }

    [Fact]
    public void An_id_is_taken_once()
    {
        StoredContainer.Create(_place.Folder, "c", SampleConfig.Bytes).Dispose();
        Assert.StartsWith(
            "container with id exists: c", Assert.Throws<UnknownContainerException>(() => StoredContainer.Create(_place.Folder, "c", SampleConfig.Bytes)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_is_not_there_is_null_or_an_error()
    {
        Assert.Null(StoredContainer.TryOpen(_place.Folder, "c"));
        Assert.Equal("container \"c\" does not exist", Assert.Throws<UnknownContainerException>(() => StoredContainer.Open(_place.Folder, "c")).Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData(".a")]
    [InlineData("+a")]
    [InlineData("a\0b")]
    public void An_id_that_could_lead_elsewhere_is_never_looked_for(string id)
    {
        Assert.StartsWith("invalid container ID", Assert.Throws<UnknownContainerException>(() => StoredContainer.TryOpen(_place.Folder, id)).Message, StringComparison.Ordinal);
        Assert.Throws<UnknownContainerException>(() => StoredContainer.Create(_place.Folder, id, []));
    }

    [Fact]
    public void A_link_is_no_container()
    {
        Directory.CreateDirectory(_place["elsewhere"]);
        _place.Folder.Symlink("elsewhere", "c");
        Assert.Throws<KernelException>(() => StoredContainer.TryOpen(_place.Folder, "c"));
    }

    [Fact]
    [Trait("Category", "Integration")]
    public void What_cannot_be_stored_is_not_there_afterwards()
    {
        using var disk = SmallDisk.Mount(_place["disk"], "64k");
        using var folder = Folder.Open(_place["disk"]);
        Assert.Throws<KernelException>(() => StoredContainer.Create(folder, "c", new byte[1 << 20]));
        Assert.Empty(Directory.GetFileSystemEntries(_place["disk"]));
    }

    [Fact]
    public void Its_status_is_that_of_its_process()
    {
        using var made = StoredContainer.Create(_place.Folder, "c", SampleConfig.Bytes);
        var record = StateRecord.ForProcess("c", Environment.ProcessId, null, terminal: false);
        Assert.Equal((ContainerStatus.Running, false), Look(record));
        Assert.Equal((ContainerStatus.Creating, true), Look(record with { IsCreating = true }));
        Assert.Equal((ContainerStatus.Stopped, false), Look(record with { StartTime = record.StartTime + 1 }));
        Assert.Equal((ContainerStatus.Stopped, false), Look(record with { BootId = "another" }));

        (ContainerStatus, bool) Look(StateRecord state)
        {
            state.Write(made.Folder);
            using var found = StoredContainer.Open(_place.Folder, "c");
            return (found.Status(), found.IsCreating);
        }
    }

    [Fact]
    public void One_that_waits_is_created_once_its_creator_is_gone()
    {
        using var made = StoredContainer.Create(_place.Folder, "c", SampleConfig.Bytes);
        var record = StateRecord.ForProcess("c", Environment.ProcessId, null, terminal: false);
        record.Write(made.Folder);
        using (StartGate.Create(made.Folder))
        {
            using var early = StoredContainer.Open(_place.Folder, "c");
            Assert.Equal(ContainerStatus.Creating, early.Status());
            (record with { MonitorStartTime = record.MonitorStartTime - 1 }).Write(made.Folder);
            using var late = StoredContainer.Open(_place.Folder, "c");
            Assert.Equal(ContainerStatus.Created, late.Status());
        }

        using var gone = StoredContainer.Open(_place.Folder, "c");
        Assert.Equal(ContainerStatus.Running, gone.Status());
    }

    [Fact]
    public void A_gate_lets_through_once()
    {
        using var made = StoredContainer.Create(_place.Folder, "c", SampleConfig.Bytes);
        Assert.Null(StartGate.TryFind(made.Folder));
        var waiting = StartGate.Create(made.Folder);
        using (var gate = StartGate.TryFind(made.Folder)!)
        {
            gate.Release();
            Assert.False(gate.AwaitPassage(10));
            var said = new byte[8];
            Assert.Equal(1, Files.Read(waiting, said));
            waiting.Dispose();
            Assert.True(gate.AwaitPassage(10_000));
            // Killed meanwhile: nobody reads, and that is no error.
            gate.Release();
        }

        Assert.False(StartGate.IsWaiting(made.Folder));
    }

    [Fact]
    public void A_damaged_state_is_an_error_that_leads_to_the_way_out()
    {
        StoredContainer.Create(_place.Folder, "c", SampleConfig.Bytes).Dispose();
        _place.Write("c/state.json", "{\"pid\":");
        var error = Assert.Throws<UnknownContainerException>(() => StoredContainer.TryOpen(_place.Folder, "c"));
        Assert.StartsWith("the state of container \"c\" is damaged (state.json: ", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("remove it with delete --force", error.Message, StringComparison.Ordinal);
        using var wreck = StoredContainer.TryOpen(_place.Folder, "c", orWreck: true);
        Assert.Null(wreck!.Record);
        Assert.NotNull(wreck.TryReadConfig());
    }

    [Theory]
    [InlineData("{")]
    [InlineData(null)]
    public void A_configuration_of_which_the_writing_was_interrupted_is_none(string? text)
    {
        Directory.CreateDirectory(_place["c"]);
        if (text is not null)
        {
            _place.Write("c/config.json", text);
        }

        using var wreck = StoredContainer.Open(_place.Folder, "c");
        Assert.Null(wreck.TryReadConfig());
    }
}
