namespace MiniRun.Runtime.Kernel;

/// <summary>Device numbers as mknod(2) takes them: 12 bits of major, 20 of minor.</summary>
static class DeviceNumber
{
    public const uint MaximumMajor = (1 << 12) - 1;

    public const uint MaximumMinor = (1 << 20) - 1;

    public static ulong Encode(uint major, uint minor) => (minor & 0xFF) | (major << 8) | ((minor & ~0xFFu) << 12);

    public static (uint Major, uint Minor) Decode(ulong number) =>
        ((uint)(number >> 8) & MaximumMajor, (uint)(number & 0xFF) | ((uint)(number >> 12) & ~0xFFu));
}
