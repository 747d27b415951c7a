using System.Globalization;

namespace MiniRun.Web.Api;

/// <summary>Values of a query, with the same sentences as fields of a body.</summary>
static class QueryValues
{
    /// <summary>A whole number within bounds; null when it is absent.</summary>
    public static int? Integer(string? text, string field, int minimum, int maximum)
    {
        if (text is null)
        {
            return null;
        }

        if (!decimal.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            throw RequestException.WrongType(field, $"a whole number from {minimum} to {maximum}");
        }

        return number >= minimum && number <= maximum
            ? (int)number
            : throw RequestException.Invalid(field, $"{text} is out of range; use a whole number from {minimum} to {maximum}.");
    }

    /// <summary>"true", "1" or nothing after the name; false when it is absent.</summary>
    public static bool Flag(string? text, string field) => text switch
    {
        null or "false" or "0" => false,
        "" or "true" or "1" => true,
        _ => throw RequestException.WrongType(field, "true or false"),
    };

    public static DateTimeOffset? Time(string? text, string field)
    {
        if (text is null)
        {
            return null;
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw RequestException.WrongType(field, "a time such as 2026-01-31T12:00:00Z");
    }
}
