using System.Text;
using MiniRun.Data.Documents;
using MiniRun.Runtime.Engine;

namespace MiniRun.Data.Tests.Documents;

public sealed class DocumentEnvelopeTests
{
    static readonly StoredRecord Stored = new(7, TestStore.Put("web", """{"name":"web","list":[1,2]}"""));

    [Fact]
    public void What_was_written_is_read()
    {
        var read = DocumentEnvelope.Read(DocumentEnvelope.Write(Stored, Guid.NewGuid()));
        Assert.Equal(TestStore.Text(Stored), TestStore.Text(Assert.IsType<StoredRecord>(read)));
    }

    [Fact]
    public void A_flipped_bit_is_noticed_or_does_not_matter()
    {
        var whole = DocumentEnvelope.Write(Stored, Guid.NewGuid());
        for (var bit = 0; bit < whole.Length * 8; bit++)
        {
            var bytes = whole.ToArray();
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            if (DocumentEnvelope.Read(bytes) is { } read)
            {
                Assert.Equal(TestStore.Text(Stored), TestStore.Text(read));
            }
        }
    }

    [Fact]
    public void White_space_that_a_person_changed_does_no_harm()
    {
        var text = Encoding.UTF8.GetString(DocumentEnvelope.Write(Stored, Guid.NewGuid()));
        Assert.NotNull(DocumentEnvelope.Read(Encoding.UTF8.GetBytes(text.Replace("\n", "\r\n\t", StringComparison.Ordinal))));
    }

    [Fact]
    public void The_deepest_document_that_is_accepted_is_also_read()
    {
        var deepest = TestStore.Put("deep", new string('[', 64) + new string(']', 64));
        Assert.NotNull(DocumentEnvelope.Read(DocumentEnvelope.Write(new StoredRecord(1, RecordRules.Accept(deepest)), Guid.NewGuid())));
    }
}
