using CsCheck;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Tests.Kernel;

public sealed class DeviceNumberTests
{
    [Theory]
    [InlineData(1, 3, 0x103)]
    [InlineData(259, 70000, 0x11110370)]
    [InlineData(DeviceNumber.MaximumMajor, DeviceNumber.MaximumMinor, 0xFFFFFFFF)]
    public void A_number_is_encoded_as_the_kernel_reads_it(uint major, uint minor, ulong number) =>
        Assert.Equal(number, DeviceNumber.Encode(major, minor));

    [Fact]
    public void What_is_encoded_is_decoded() =>
        Gen.Select(Gen.UInt[0, DeviceNumber.MaximumMajor], Gen.UInt[0, DeviceNumber.MaximumMinor]).Sample(
            (major, minor) => Assert.Equal((major, minor), DeviceNumber.Decode(DeviceNumber.Encode(major, minor))));
}
