using System.Globalization;

namespace MiniRun.Runtime.Sandbox.Monitoring;

/// <summary>RFC 3339 with nanoseconds, as the CRI log format wants it.</summary>
static class Timestamp
{
    const long Second = 1_000_000_000;

    /// <summary>The length of "2016-10-06T00:17:09.669794202Z".</summary>
    public const int Length = 30;

    /// <summary>Writes without allocating.</summary>
    /// <param name="nanoseconds">Since 1970.</param>
    public static int Write(Span<byte> place, long nanoseconds)
    {
        var time = DateTimeOffset.FromUnixTimeSeconds(nanoseconds / Second);
        time.TryFormat(place, out _, "yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
        place[19] = (byte)'.';
        var fraction = nanoseconds % Second;
        for (var digit = 28; digit >= 20; digit--)
        {
            place[digit] = (byte)('0' + (fraction % 10));
            fraction /= 10;
        }

        place[29] = (byte)'Z';
        return Length;
    }
}
