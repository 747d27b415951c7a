using System.Globalization;

namespace MiniRun.Runtime.Engine;

/// <summary>Sizes as people write them: bytes, or a number with k, m, g or t (powers of 1024).</summary>
public static class ByteSize
{
    /// <summary>Reads "67108864", "64m", "64MiB" or "1.5g".</summary>
    /// <exception cref="EngineException"><see cref="EngineError.InvalidField"/> with <paramref name="field"/>.</exception>
    public static long Parse(string text, string field)
    {
        var trimmed = text.Trim().ToLowerInvariant();
        var digits = trimmed.Length;
        while (digits > 0 && char.IsAsciiLetter(trimmed[digits - 1]))
        {
            digits--;
        }

        long? unit = trimmed[digits..] switch
        {
            "" or "b" => 1,
            "k" or "kb" or "kib" => 1L << 10,
            "m" or "mb" or "mib" => 1L << 20,
            "g" or "gb" or "gib" => 1L << 30,
            "t" or "tb" or "tib" => 1L << 40,
            _ => null,
        };
        const NumberStyles Plain = NumberStyles.AllowDecimalPoint;
        if (unit is { } factor
            && decimal.TryParse(trimmed[..digits].TrimEnd(), Plain, CultureInfo.InvariantCulture, out var number)
            && number * factor <= long.MaxValue)
        {
            return (long)(number * factor);
        }

        throw new EngineException(
            EngineError.InvalidField, $"{field}: \"{text}\" is not a size; write bytes, or a number with k, m, g or t, such as \"64m\".", field);
    }

    /// <summary>"64 MiB", "1.5 GiB", "812 B": three digits that matter.</summary>
    public static string Format(long bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
        var value = (double)bytes;
        var unit = 0;
        for (; Math.Abs(value) >= 1024 && unit < units.Length - 1; unit++)
        {
            value /= 1024;
        }

        var digits = unit == 0 || Math.Abs(value) >= 100 || value == Math.Floor(value) ? "0" : Math.Abs(value) >= 10 ? "0.#" : "0.##";
        return value.ToString(digits, CultureInfo.InvariantCulture) + " " + units[unit];
    }
}
