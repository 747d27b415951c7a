using System.Buffers.Binary;
using System.Text;

namespace MiniRun.Runtime.Cgroups.Systemd;

/// <summary>Marshals values as the D-Bus specification has them ("Marshaling (Wire Format)"), in little endian order: each is
/// aligned to its own size, counted from the start of the message.</summary>
sealed class DbusWriter
{
    byte[] _bytes = new byte[256];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public void Byte(byte value) => Take(1)[0] = value;

    /// <summary>A BOOLEAN, which is a UINT32.</summary>
    public void Flag(bool value) => UInt32(value ? 1U : 0U);

    public void UInt32(uint value)
    {
        Align(4);
        BinaryPrimitives.WriteUInt32LittleEndian(Take(4), value);
    }

    public void UInt64(ulong value)
    {
        Align(8);
        BinaryPrimitives.WriteUInt64LittleEndian(Take(8), value);
    }

    /// <summary>A STRING or an OBJECT_PATH.</summary>
    public void Text(string value)
    {
        var size = Encoding.UTF8.GetByteCount(value);
        UInt32((uint)size);
        Encoding.UTF8.GetBytes(value, Take(size + 1));
    }

    public void Signature(string value)
    {
        Byte((byte)value.Length);
        Encoding.ASCII.GetBytes(value, Take(value.Length + 1));
    }

    /// <param name="alignment">Of the elements: 8 for structures.</param>
    public void Array(int alignment, Action<DbusWriter> elements)
    {
        UInt32(0);
        var length = Length - 4;
        Align(alignment);
        var start = Length;
        elements(this);
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan(length), (uint)(Length - start));
    }

    public void Structure(Action<DbusWriter> members)
    {
        Align(8);
        members(this);
    }

    public void Variant(string signature, Action<DbusWriter> value)
    {
        Signature(signature);
        value(this);
    }

    public void Raw(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));

    public void Align(int size) => Take(-Length & (size - 1));

    /// <summary>The next bytes, which are zero.</summary>
    Span<byte> Take(int count)
    {
        while (Length + count > _bytes.Length)
        {
            System.Array.Resize(ref _bytes, _bytes.Length * 2);
        }

        Length += count;
        return _bytes.AsSpan(Length - count, count);
    }
}
