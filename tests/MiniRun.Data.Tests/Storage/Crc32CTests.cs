using MiniRun.Data.Storage;

namespace MiniRun.Data.Tests.Storage;

public sealed class Crc32CTests
{
    // The check value of the CRC catalogue and two vectors of RFC 3720, B.4.
    [Fact]
    public void It_is_the_checksum_that_others_call_crc32c()
    {
        Assert.Equal(0xE3069283, Crc32C.Compute("123456789"u8));
        Assert.Equal(0x8A9136AA, Crc32C.Compute(new byte[32]));
        Assert.Equal(0x46DD794EU, Crc32C.Compute([.. Enumerable.Range(0, 32).Select(value => (byte)value)]));
    }
}
