using System.Buffers;
using MiniRun.Data.Log;
using MiniRun.Runtime.Engine;

namespace MiniRun.Data.Tests.Log;

public sealed class FrameTests
{
    [Fact]
    public void Frames_that_follow_each_other_are_read_one_by_one()
    {
        var bytes = new ArrayBufferWriter<byte>();
        Frame.Write(bytes, new StoredRecord(1, TestStore.Put("a", "[1]")));
        Frame.Write(bytes, new StoredRecord(2, TestStore.Delete("a")));
        var first = Frame.Read(bytes.WrittenSpan, out var size);
        var second = Frame.Read(bytes.WrittenSpan[size..], out var rest);
        Assert.Equal("1 things/a [1]", TestStore.Text(first!));
        Assert.Equal("2 things/a deleted", TestStore.Text(second!));
        Assert.Equal(bytes.WrittenCount, size + rest);
    }

    [Fact]
    public void A_gap_in_the_numbers_is_damage()
    {
        var bytes = new ArrayBufferWriter<byte>();
        bytes.Write(new LogHeader(Guid.NewGuid(), 0).ToBytes());
        Frame.Write(bytes, new StoredRecord(1, TestStore.Put("a")));
        Frame.Write(bytes, new StoredRecord(3, TestStore.Put("b")));
        Frame.Write(bytes, new StoredRecord(2, TestStore.Put("late")));
        var scan = LogScan.Read(bytes.WrittenSpan, "records.log");
        Assert.Equal([1L, 3L], scan.Records.Select(stored => stored.Sequence));
        Assert.Contains("records 2 to 2", scan.Damage, StringComparison.Ordinal);
    }
}
