using MiniRun.Runtime.Engine;

namespace MiniRun.Data;

/// <summary>What a record is about; its versions share it.</summary>
readonly record struct RecordKey(string Kind, string Id)
{
    public static RecordKey Of(Record record) => new(record.Kind, record.Id);
}
