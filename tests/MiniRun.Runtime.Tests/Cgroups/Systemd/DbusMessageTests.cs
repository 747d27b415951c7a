using CsCheck;
using MiniRun.Runtime.Cgroups.Systemd;

namespace MiniRun.Runtime.Tests.Cgroups.Systemd;

public sealed class DbusMessageTests
{
    /// <summary>What busctl(1) of systemd 252 sends for a transient scope, byte by byte.</summary>
    const string Busctl =
        "6c0104010001000002000000b600000001016f00190000002f6f72672f667265656465736b746f702f73797374656d643100000000000000030173001200000053746172745472616e7369656e74556e6974"
        + "00000000000002017300200000006f72672e667265656465736b746f702e73797374656d64312e4d616e61676572000000000000000006017300180000006f72672e667265656465736b746f702e73797374"
        + "656d64310000000000000000080167001073736128737629612873612873762929000000110000006d696e6972756e2d6f6e652e73636f7065000000070000007265706c61636500d400000005000000536c"
        + "696365000173000000000d0000006d616368696e652e736c696365000000000000000800000044656c6567617465000162000100000000000000040000005049447300026175000000000400000067120000"
        + "090000004d656d6f72794d6178000174000000000000000000000004000000000b000000416c6c6f7765644350557300026179000200000005010000000000000b000000446576696365416c6c6f77000561"
        + "2873732900001c000000000000000d0000002f6465762f636861722f313a330000000300000072776d0000000000";

    [Fact]
    public void A_call_is_read_as_another_program_writes_it()
    {
        var bytes = Convert.FromHexString(Busctl);
        Assert.Equal(bytes.Length, DbusMessage.LengthOf(bytes));
        var call = DbusMessage.Parse(bytes);
        Assert.Equal((DbusKind.Call, 2U, 0U), (call.Kind, call.Serial, call.ReplyTo));
        Assert.Equal(("/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager", "StartTransientUnit"), (call.Path, call.Interface, call.Member));
        Assert.Equal(("org.freedesktop.systemd1", "ssa(sv)a(sa(sv))"), (call.Destination, call.Signature));
        Assert.Equal(256, call.Body.Length);
    }

    [Fact]
    public void A_body_is_written_as_another_program_writes_it()
    {
        var body = new DbusWriter();
        body.Text("minirun-one.scope");
        body.Text("replace");
        body.Array(8, array =>
        {
            foreach (var property in (UnitProperty[])[
                UnitProperty.Of("Slice", "machine.slice"), UnitProperty.Of("Delegate", true), UnitProperty.Pids(4711), UnitProperty.Of("MemoryMax", 67108864UL),
                UnitProperty.Bits("AllowedCPUs", [5, 1]), UnitProperty.Pairs("DeviceAllow", [("/dev/char/1:3", "rwm")])])
            {
                array.Structure(s =>
                {
                    s.Text(property.Name);
                    s.Variant(property.Signature, property.Write);
                });
            }
        });
        body.Array(8, _ => { });
        Assert.Equal(Convert.ToHexString(DbusMessage.Parse(Convert.FromHexString(Busctl)).Body.Span), Convert.ToHexString(body.Written));
    }

    [Fact]
    public void What_is_written_is_read_back() => Gen.Select(
        Gen.OneOf(Gen.Const(DbusKind.Call), Gen.Const(DbusKind.Return), Gen.Const(DbusKind.Error), Gen.Const(DbusKind.Signal)), Gen.UInt, Gen.UInt[1, uint.MaxValue], Gen.String, Gen.String, Gen.Byte.Array)
        .Sample((kind, serial, reply, path, member, body) =>
        {
            var message = new DbusMessage(kind, serial, reply, path, path, member, member, path, "ay", body);
            var bytes = message.Marshal();
            Assert.Equal(bytes.Length, DbusMessage.LengthOf(bytes));
            var again = DbusMessage.Parse(bytes);
            Assert.Equal(body, again.Body.ToArray());
            // Text that is no valid UTF-16 cannot come back as it was.
            Assert.Equal((kind, serial, reply, "ay"), (again.Kind, again.Serial, again.ReplyTo, again.Signature));
        });

    [Fact]
    public void Damage_is_an_error_and_never_an_overrun()
    {
        var good = Convert.FromHexString(Busctl);
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte).Array[1, 6].Sample(changes =>
        {
            var bytes = (byte[])good.Clone();
            foreach (var (at, value) in changes)
            {
                bytes[at] = value;
            }

            try
            {
                if (DbusMessage.LengthOf(bytes) == bytes.Length)
                {
                    _ = DbusMessage.Parse(bytes);
                }
            }
            catch (DbusException e)
            {
                Assert.Equal(DbusException.Broken, e.Name);
            }
        });
    }

    [Theory]
    // Big endian, another version, a body and a header that are too long.
    [InlineData(0, (byte)'B')]
    [InlineData(3, 2)]
    [InlineData(7, 1)]
    [InlineData(15, 1)]
    public void A_message_of_another_kind_is_refused(int at, byte value)
    {
        var bytes = Convert.FromHexString(Busctl);
        bytes[at] = value;
        Assert.Equal(DbusException.Broken, Assert.Throws<DbusException>(() => DbusMessage.LengthOf(bytes)).Name);
    }
}
