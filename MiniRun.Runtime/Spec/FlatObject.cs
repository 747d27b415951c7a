namespace MiniRun.Runtime.Spec;

/// <summary>A small JSON object without nesting: the form of the runtime's own records.</summary>
sealed class FlatObject
{
    readonly Dictionary<string, object> _fields = new(StringComparer.Ordinal);

    /// <exception cref="SpecException">It is no such object.</exception>
    public static FlatObject Read(ReadOnlySpan<byte> document)
    {
        var flat = new FlatObject();
        var json = new SpecReader(document);
        json.EnterObject();
        while (json.NextProperty(out var name))
        {
            var key = System.Text.Encoding.UTF8.GetString(name);
            if (json.TryScalar(out var value))
            {
                flat._fields[key] = value;
            }
            else
            {
                json.Skip();
            }
        }

        json.End();
        return flat;
    }

    public bool Has(string name) => _fields.ContainsKey(name);

    public string Text(string name) => Get<string>(name, "a string");

    public long Number(string name) => Get<long>(name, "an integer");

    /// <summary>A number of 32 bits, such as a pid.</summary>
    public int SmallNumber(string name) => Number(name) is >= int.MinValue and <= int.MaxValue and var number
        ? (int)number
        : throw new SpecException("$." + name, "must be an integer of 32 bits");

    public bool Flag(string name) => Get<bool>(name, "true or false");

    T Get<T>(string name, string words) =>
        _fields.TryGetValue(name, out var value) && value is T typed ? typed : throw new SpecException("$." + name, $"must be {words}");
}
