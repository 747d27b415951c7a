using System.Buffers.Binary;
using System.Text;

namespace MiniRun.Runtime.Cgroups.Systemd;

/// <summary>Reads values that were marshalled in little endian order. What does not fit is an error, never an overrun.</summary>
ref struct DbusReader(ReadOnlySpan<byte> bytes)
{
    readonly ReadOnlySpan<byte> _bytes = bytes;

    public int Position { get; private set; }

    public byte Byte() => Take(1)[0];

    public uint UInt32()
    {
        Align(4);
        return BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
    }

    /// <summary>A STRING or an OBJECT_PATH.</summary>
    public string Text()
    {
        var length = UInt32();
        return length < int.MaxValue ? Encoding.UTF8.GetString(Take((int)length + 1)[..^1]) : throw Broken();
    }

    public string Signature()
    {
        var length = Byte();
        return Encoding.ASCII.GetString(Take(length + 1)[..^1]);
    }

    /// <summary>A variant of a kind that headers have.</summary>
    /// <returns>Text, or a number as <see cref="uint"/>.</returns>
    public object Variant() => Signature() switch
    {
        "s" or "o" => Text(),
        "g" => Signature(),
        "u" => UInt32(),
        _ => throw Broken(),
    };

    public void Align(int size) => Take(-Position & (size - 1));

    ReadOnlySpan<byte> Take(int count)
    {
        if (count > _bytes.Length - Position)
        {
            throw Broken();
        }

        Position += count;
        return _bytes.Slice(Position - count, count);
    }

    static DbusException Broken() => new(DbusException.Broken, "D-Bus sent a message that cannot be read");
}
