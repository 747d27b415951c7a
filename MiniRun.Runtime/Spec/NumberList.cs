using System.Globalization;

namespace MiniRun.Runtime.Spec;

/// <summary>Lists of CPUs and memory nodes such as "0-3,7" (cpuset(7), "List format").</summary>
static class NumberList
{
    const int WordBits = 64;

    /// <summary>More than thousands of single numbers need; the same range over and over would keep a reader busy.</summary>
    const int MaximumLength = 1 << 16;

    /// <summary>Bit n for number n, lowest word first and no longer than needed; null when the text is no such list.</summary>
    public static ulong[]? ToMask(ReadOnlySpan<char> list, int highest)
    {
        if (list.Length > MaximumLength)
        {
            return null;
        }

        var mask = new ulong[(highest / WordBits) + 1];
        var used = 0;
        foreach (var item in list.Split(','))
        {
            if (!TryRange(list[item], highest, out var first, out var last))
            {
                return null;
            }

            for (var number = first; number <= last; number++)
            {
                mask[number / WordBits] |= 1UL << (number % WordBits);
            }

            used = Math.Max(used, (last / WordBits) + 1);
        }

        return mask[..used];
    }

    public static bool IsValid(ReadOnlySpan<char> list, int highest)
    {
        foreach (var item in list.Split(','))
        {
            if (!TryRange(list[item], highest, out _, out _))
            {
                return false;
            }
        }

        return true;
    }

    static bool TryRange(ReadOnlySpan<char> item, int highest, out int first, out int last)
    {
        var dash = item.IndexOf('-');
        last = 0;
        return TryNumber(dash < 0 ? item : item[..dash], out first)
            && TryNumber(dash < 0 ? item : item[(dash + 1)..], out last)
            && first <= last && last <= highest;
    }

    static bool TryNumber(ReadOnlySpan<char> digits, out int number) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
