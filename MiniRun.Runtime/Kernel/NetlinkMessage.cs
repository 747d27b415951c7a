using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace MiniRun.Runtime.Kernel;

/// <summary>A request of netlink(7): a header, the fixed part of its type, and attributes.</summary>
sealed class NetlinkMessage
{
    /// <summary>struct nlmsghdr.</summary>
    public const int HeaderSize = 16;

    /// <summary>More than any request here needs.</summary>
    const int MaximumSize = 1024;

    readonly byte[] _bytes = new byte[MaximumSize];

    public NetlinkMessage(ushort type, NetlinkFlags flags)
    {
        MemoryMarshal.Write(_bytes.AsSpan(4), type);
        MemoryMarshal.Write(_bytes.AsSpan(6), (ushort)(flags | NetlinkFlags.Request));
        Length = HeaderSize;
    }

    /// <summary>In bytes.</summary>
    public int Length { get; private set; }

    /// <summary>The whole message, under a number by which its answers are known.</summary>
    public ReadOnlySpan<byte> Finish(uint sequence)
    {
        MemoryMarshal.Write(_bytes, Length);
        MemoryMarshal.Write(_bytes.AsSpan(8), sequence);
        return _bytes.AsSpan(0, Length);
    }

    /// <summary>Appends the fixed part of the message.</summary>
    public NetlinkMessage Add<T>(T header)
        where T : unmanaged
    {
        MemoryMarshal.Write(_bytes.AsSpan(Length), header);
        Length += NetlinkAttributes.Align(Unsafe.SizeOf<T>());
        return this;
    }

    /// <summary>Appends an attribute; null appends none.</summary>
    public NetlinkMessage Add(ushort attribute, byte[]? content) => content is null ? this : Add(attribute, content.AsSpan());

    public NetlinkMessage Add(ushort attribute, int value)
    {
        Span<byte> content = stackalloc byte[sizeof(int)];
        MemoryMarshal.Write(content, value);
        return Add(attribute, content);
    }

    /// <summary>Appends a text, which ends with NUL.</summary>
    public NetlinkMessage Add(ushort attribute, string text) => Add(attribute, Encoding.UTF8.GetBytes(text + '\0').AsSpan());

    NetlinkMessage Add(ushort attribute, ReadOnlySpan<byte> content)
    {
        var place = _bytes.AsSpan(Length);
        MemoryMarshal.Write(place, (ushort)(NetlinkAttributes.HeaderSize + content.Length));
        MemoryMarshal.Write(place[2..], attribute);
        content.CopyTo(place[NetlinkAttributes.HeaderSize..]);
        Length += NetlinkAttributes.Align(NetlinkAttributes.HeaderSize + content.Length);
        return this;
    }
}

/// <summary>NLM_F_* of netlink(7).</summary>
[Flags]
enum NetlinkFlags : ushort
{
    None = 0,
    Request = 0x1,
    Multiple = 0x2,
    Acknowledge = 0x4,
    DumpInterrupted = 0x10,
    Root = 0x100,
    Match = 0x200,
    Create = 0x400,

    /// <summary>Of a question: everything there is.</summary>
    Dump = Root | Match,

    /// <summary>Of a change: an error when it is there already. The same bit as <see cref="Match"/>.</summary>
    Exclusive = Match,
}

/// <summary>The attributes behind the fixed part of a message (struct nlattr), one after the other.</summary>
ref struct NetlinkAttributes(ReadOnlySpan<byte> bytes)
{
    public const int HeaderSize = 4;

    const ushort TypeMask = 0x3FFF;

    ReadOnlySpan<byte> _rest = bytes;

    /// <summary>Goes to the next attribute; false behind the last, and where what follows is none.</summary>
    public bool Next(out ushort type, out ReadOnlySpan<byte> content)
    {
        type = 0;
        content = default;
        if (_rest.Length < HeaderSize)
        {
            return false;
        }

        var length = MemoryMarshal.Read<ushort>(_rest);
        if (length < HeaderSize || length > _rest.Length)
        {
            return false;
        }

        type = (ushort)(MemoryMarshal.Read<ushort>(_rest[2..]) & TypeMask);
        content = _rest[HeaderSize..length];
        _rest = _rest[Math.Min(Align(length), _rest.Length)..];
        return true;
    }

    /// <summary>Messages and attributes begin at multiples of four bytes.</summary>
    public static int Align(int length) => (length + 3) & ~3;
}
