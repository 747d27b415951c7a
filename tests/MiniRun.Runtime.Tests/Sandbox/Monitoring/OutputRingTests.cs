using CsCheck;
using MiniRun.Runtime.Sandbox.Monitoring;

namespace MiniRun.Runtime.Tests.Sandbox.Monitoring;

public sealed class OutputRingTests
{
    [Fact]
    public void It_holds_the_newest_frames_that_fit()
    {
        var chunk = Gen.Select(Gen.Byte[1, 2], Gen.Int[1, Frame.MaximumPayload]);
        chunk.Array[0, 80].Sample(
            chunks =>
            {
                using var ring = new OutputRing();
                var all = new List<(byte Stream, byte[] Bytes)>();
                foreach (var (stream, length) in chunks)
                {
                    var bytes = Enumerable.Range(0, length).Select(i => (byte)((i * 7) + all.Count)).ToArray();
                    ring.Append(stream, bytes);
                    all.Add((stream, bytes));
                }

                // The model: frames from the newest backwards, as long as they fit.
                var kept = new List<(byte Stream, byte[] Bytes)>();
                var size = 0;
                for (var i = all.Count - 1; i >= 0 && size + all[i].Bytes.Length + Frame.HeaderSize <= OutputRing.Size; i--)
                {
                    kept.Insert(0, all[i]);
                    size += all[i].Bytes.Length + Frame.HeaderSize;
                }

                Assert.Equal(size, ring.End - ring.Start);
                Assert.Equal(all.Take(all.Count - kept.Count).Sum(f => f.Bytes.Length), ring.Forgotten);
                Assert.Equal(kept, Read(ring), (a, b) => a.Stream == b.Stream && a.Bytes.AsSpan().SequenceEqual(b.Bytes));
            },
            iter: 200);
    }

    [Fact]
    public void It_is_filled_to_the_last_byte()
    {
        using var ring = new OutputRing();
        var frame = Frame.HeaderSize + Frame.MaximumPayload;
        for (var i = 0; i < OutputRing.Size / frame; i++)
        {
            ring.Append(1, new byte[Frame.MaximumPayload]);
        }

        ring.Append(1, new byte[(OutputRing.Size % frame) - Frame.HeaderSize]);
        Assert.Equal((0, (long)OutputRing.Size, 0), (ring.Start, ring.End, ring.Forgotten));
        ring.Append(2, [7]);
        Assert.Equal((frame, (long)Frame.MaximumPayload), (ring.Start, ring.Forgotten));
    }

    [Fact]
    public void A_header_tells_length_kind_and_stream()
    {
        var place = new byte[Frame.HeaderSize];
        Array.Fill(place, (byte)0xFF);
        Frame.WriteHeader(place, FrameKind.Output, 2, 0x01020304);
        Assert.Equal([4, 3, 2, 1, 129, 2, 0, 0], place);
        Assert.Equal((0x01020304, FrameKind.Output, (byte)2), Frame.ReadHeader(place));
    }

    static IEnumerable<(byte Stream, byte[] Bytes)> Read(OutputRing ring)
    {
        var place = new byte[Frame.HeaderSize + Frame.MaximumPayload];
        for (var position = ring.Start; position < ring.End;)
        {
            var size = ring.Read(position, place);
            var (length, kind, stream) = Frame.ReadHeader(place);
            Assert.Equal((size - Frame.HeaderSize, FrameKind.Output), (length, kind));
            yield return (stream, place[Frame.HeaderSize..size]);
            position += size;
        }
    }
}
