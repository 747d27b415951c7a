namespace MiniRun.Runtime.Sandbox.Monitoring;

/// <summary>RFC 3339 with nanoseconds, as the CRI log format wants it.</summary>
static class Timestamp
{
    const long Second = 1_000_000_000;
    const long Day = 86_400;

    /// <summary>The length of "2016-10-06T00:17:09.669794202Z".</summary>
    public const int Length = 30;

    /// <summary>Writes without allocating, and without the culture's tables.</summary>
    /// <param name="nanoseconds">Since 1970.</param>
    public static int Write(Span<byte> place, long nanoseconds)
    {
        var seconds = nanoseconds / Second;
        var date = DateOnly.FromDayNumber((int)(seconds / Day) + DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber);
        var time = (int)(seconds % Day);
        Put(place, 0, 4, date.Year);
        Put(place, 5, 2, date.Month);
        Put(place, 8, 2, date.Day);
        Put(place, 11, 2, time / 3600);
        Put(place, 14, 2, time / 60 % 60);
        Put(place, 17, 2, time % 60);
        Put(place, 20, 9, (int)(nanoseconds % Second));
        place[4] = place[7] = (byte)'-';
        place[10] = (byte)'T';
        place[13] = place[16] = (byte)':';
        place[19] = (byte)'.';
        place[29] = (byte)'Z';
        return Length;
    }

    static void Put(Span<byte> place, int start, int digits, int number)
    {
        for (var digit = start + digits - 1; digit >= start; digit--)
        {
            place[digit] = (byte)('0' + (number % 10));
            number /= 10;
        }
    }
}
