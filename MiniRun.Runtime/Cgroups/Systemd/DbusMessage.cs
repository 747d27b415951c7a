using System.Buffers.Binary;

namespace MiniRun.Runtime.Cgroups.Systemd;

/// <summary>What a message is.</summary>
enum DbusKind : byte
{
    Call = 1,
    Return = 2,
    Error = 3,
    Signal = 4,
}

/// <summary>A D-Bus message.</summary>
/// <param name="Serial">Its number, counted by its sender from 1.</param>
/// <param name="ReplyTo">The serial of the call that it answers; 0 for others.</param>
/// <param name="Path">The object; null in answers, as the next.</param>
/// <param name="Member">The method or signal.</param>
/// <param name="Error">The name of the error, in errors alone.</param>
/// <param name="Signature">The types of the body.</param>
sealed record DbusMessage(
    DbusKind Kind, uint Serial, uint ReplyTo = 0, string? Path = null, string? Interface = null, string? Member = null, string? Error = null, string? Destination = null,
    string Signature = "", ReadOnlyMemory<byte> Body = default)
{
    /// <summary>The part of the header whose size is known.</summary>
    public const int FixedHeader = 16;

    /// <summary>Far more than systemd answers.</summary>
    const int LargestMessage = 1 << 20;

    const byte LittleEndian = (byte)'l';
    const byte ProtocolVersion = 1;

    const byte PathField = 1;
    const byte InterfaceField = 2;
    const byte MemberField = 3;
    const byte ErrorField = 4;
    const byte ReplyField = 5;
    const byte DestinationField = 6;
    const byte SignatureField = 8;

    public byte[] Marshal()
    {
        var writer = new DbusWriter();
        writer.Byte(LittleEndian);
        writer.Byte((byte)Kind);
        writer.Byte(0);
        writer.Byte(ProtocolVersion);
        writer.UInt32((uint)Body.Length);
        writer.UInt32(Serial);
        writer.Array(8, fields =>
        {
            Field(fields, PathField, "o", Path);
            Field(fields, InterfaceField, "s", Interface);
            Field(fields, MemberField, "s", Member);
            Field(fields, ErrorField, "s", Error);
            if (ReplyTo != 0)
            {
                fields.Structure(f =>
                {
                    f.Byte(ReplyField);
                    f.Variant("u", v => v.UInt32(ReplyTo));
                });
            }

            Field(fields, DestinationField, "s", Destination);
            if (Signature.Length > 0)
            {
                fields.Structure(f =>
                {
                    f.Byte(SignatureField);
                    f.Variant("g", v => v.Signature(Signature));
                });
            }
        });
        writer.Align(8);
        writer.Raw(Body.Span);
        return writer.Written.ToArray();
    }

    static void Field(DbusWriter writer, byte code, string type, string? value)
    {
        if (value is not null)
        {
            writer.Structure(f =>
            {
                f.Byte(code);
                f.Variant(type, v => v.Text(value));
            });
        }
    }

    /// <summary>How long a message is, by its first bytes.</summary>
    /// <exception cref="DbusException">It is none, too long, or in the other byte order, which nobody on this machine uses.</exception>
    public static int LengthOf(ReadOnlySpan<byte> header)
    {
        var body = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
        var fields = BinaryPrimitives.ReadUInt32LittleEndian(header[12..]);
        return header[0] is LittleEndian && header[3] is ProtocolVersion && body <= LargestMessage && fields <= LargestMessage
            ? ((FixedHeader + (int)fields + 7) & ~7) + (int)body
            : throw new DbusException(DbusException.Broken, "D-Bus sent a message that cannot be read");
    }

    /// <param name="bytes">As long as <see cref="LengthOf"/> said.</param>
    public static DbusMessage Parse(byte[] bytes)
    {
        var reader = new DbusReader(bytes);
        reader.Byte();
        var kind = (DbusKind)reader.Byte();
        reader.Byte();
        reader.Byte();
        var body = (int)reader.UInt32();
        var message = new DbusMessage(kind, reader.UInt32());
        var end = FixedHeader + reader.UInt32();
        while (reader.Position < end)
        {
            reader.Align(8);
            var code = reader.Byte();
            var value = reader.Variant();
            message = (code, value) switch
            {
                (PathField, string text) => message with { Path = text },
                (InterfaceField, string text) => message with { Interface = text },
                (MemberField, string text) => message with { Member = text },
                (ErrorField, string text) => message with { Error = text },
                (ReplyField, uint serial) => message with { ReplyTo = serial },
                (DestinationField, string text) => message with { Destination = text },
                (SignatureField, string text) => message with { Signature = text },
                _ => message,
            };
        }

        return message with { Body = bytes.AsMemory(bytes.Length - body) };
    }
}
