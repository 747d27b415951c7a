using MiniRun.Runtime.Engine;
using Record = MiniRun.Runtime.Engine.Record;

namespace MiniRun.Data.Tests;

public sealed class RecordRulesTests
{
    [Theory]
    [InlineData("")]
    [InlineData("Containers")]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData("things\n")]
    public void A_kind_that_is_no_file_name_is_refused(string kind) =>
        Assert.StartsWith("Kind:", Refusal(new Record(kind, "a", "{}"u8.ToArray())), StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("../etc")]
    [InlineData(".hidden")]
    [InlineData("a b")]
    [InlineData("a\n")]
    [InlineData("é")]
    public void An_id_that_is_no_file_name_is_refused(string id) =>
        Assert.StartsWith("Id:", Refusal(new Record("things", id, "{}"u8.ToArray())), StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{}{}")]
    [InlineData("nothing")]
    public void A_document_that_is_no_json_is_refused(string json) =>
        Assert.Equal("Document: things/a is not JSON in UTF-8. (Parameter 'record')", Refusal(TestStore.Put("a", json)));

    [Fact]
    public void A_document_with_broken_utf8_is_refused() =>
        Assert.Contains("UTF-8", Refusal(new Record("things", "a", new byte[] { (byte)'"', 0xFF, (byte)'"' })), StringComparison.Ordinal);

    [Fact]
    public void A_document_beyond_the_limit_is_refused() =>
        Assert.Contains("at most 16777216", Refusal(new Record("things", "a", new byte[(16 << 20) + 1])), StringComparison.Ordinal);

    [Fact]
    public void A_deletion_with_a_document_is_refused() =>
        Assert.Contains("must be empty", Refusal(new Record("things", "a", "{}"u8.ToArray(), Deleted: true)), StringComparison.Ordinal);

    [Fact]
    public void The_longest_names_are_accepted() =>
        Assert.NotNull(RecordRules.Accept(TestStore.Put(new string('a', 128), kind: new string('k', 64))));

    static string Refusal(Record record) => Assert.Throws<ArgumentException>(() => RecordRules.Accept(record)).Message;
}
