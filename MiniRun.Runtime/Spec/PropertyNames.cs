using System.Runtime.InteropServices;
using System.Text.Json;

namespace MiniRun.Runtime.Spec;

/// <summary>The names of properties that a reader has met in the objects it is in, to find one that is there twice:
/// whoever checked the document may have believed the other (CVE-2017-12635 was such a pair).</summary>
struct PropertyNames
{
    /// <summary>A whole config.json rarely has more open at a time.</summary>
    const int Usual = 64;

    // Apart, so that many hashes are compared at a time.
    ulong[]? _hashes;
    (int Start, int Length)[]? _names;

    public enum Verdict
    {
        New,
        Repeated,
        TooMany,
    }

    /// <summary>How many are held; lowering it forgets those of an object that was left.</summary>
    public int Count { get; set; }

    /// <summary>Adds a name to those of the object whose names begin at <paramref name="first"/>.</summary>
    /// <param name="document">Where <paramref name="start"/> and <paramref name="length"/> find the name as it is written.</param>
    /// <param name="name">The name as it is meant.</param>
    public Verdict Add(ReadOnlySpan<byte> document, int first, int start, int length, ReadOnlySpan<byte> name, int maximum)
    {
        _hashes ??= new ulong[Usual];
        _names ??= new (int, int)[Usual];
        var hash = Hash(name);
        for (var next = first; _hashes.AsSpan(next, Count - next).IndexOf(hash) is var found and >= 0; next += found + 1)
        {
            if (IsSame(document, _names[next + found], name))
            {
                return Verdict.Repeated;
            }
        }

        if (Count - first >= maximum)
        {
            return Verdict.TooMany;
        }

        if (Count == _names.Length)
        {
            Array.Resize(ref _hashes, Count * 2);
            Array.Resize(ref _names, Count * 2);
        }

        _hashes[Count] = hash;
        _names[Count++] = (start, length);
        return Verdict.New;
    }

    static bool IsSame(ReadOnlySpan<byte> document, (int Start, int Length) other, ReadOnlySpan<byte> name)
    {
        var written = document.Slice(other.Start, other.Length);
        if (!written.Contains((byte)'\\'))
        {
            return written.SequenceEqual(name);
        }

        var reader = new Utf8JsonReader(document.Slice(other.Start - 1, other.Length + 2));
        reader.Read();
        return reader.ValueTextEquals(name);
    }

    static ulong Hash(ReadOnlySpan<byte> name)
    {
        const ulong Multiplier = 0x9E3779B97F4A7C15;
        var hash = (ulong)name.Length;
        for (; name.Length >= sizeof(ulong); name = name[sizeof(ulong)..])
        {
            hash = ulong.RotateLeft((hash ^ MemoryMarshal.Read<ulong>(name)) * Multiplier, 29);
        }

        foreach (var b in name)
        {
            hash = (hash ^ b) * Multiplier;
        }

        return hash;
    }
}
