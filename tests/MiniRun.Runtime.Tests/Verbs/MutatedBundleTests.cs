using System.Diagnostics;
using System.Globalization;
using System.Text;
using CsCheck;
using MiniRun.Runtime.Tests.Spec;

namespace MiniRun.Runtime.Tests.Verbs;

/// <summary>Damages a valid configuration at random and creates a container of it: that works or is refused in one line, soon, and
/// leaves nothing.</summary>
[Trait("Category", "Integration")]
public sealed class MutatedBundleTests : IAsyncLifetime
{
    static readonly long Cases = Math.Max(100, (long)(10_000 * double.Parse(Environment.GetEnvironmentVariable("MINIRUN_TEST_SCALE") ?? "1", CultureInfo.InvariantCulture)));

    /// <summary>What takes milliseconds, on a machine that is busy with everything else.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    static readonly string[] Literals =
    [
        "null", "true", "false", "0", "-1", "1", "1.5", "1e308", "4294967296", "9223372036854775807", "18446744073709551615", "-9223372036854775808", "\"\"",
        "\"\\u0000\"", "\"\\ud800\"", "\"a\\nb\"", "\"../../../..\"", "\"/\"", "\"/proc/self/root\"", "\"/dev/null\"", "\".\"", "\"%n%s\"", "[]", "{}", "[null]", "[[]]", "{\"\":0}",
        $"\"{new string('x', 5000)}\"", $"\"/{string.Join('/', Enumerable.Repeat("d", 3000))}\"", $"{new string('[', 40)}{new string(']', 40)}",
    ];

    readonly RuntimeHost _host = new();
    string _bundle = "";
    int _case;

    public ValueTask InitializeAsync()
    {
        _bundle = _host.Bundle("");
        Directory.CreateDirectory(_bundle + "/data/below");
        return default;
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    /// <summary>The control: without damage there is a container.</summary>
    [Fact]
    public async Task Undamaged_it_becomes_a_container()
    {
        Assert.Equal((0, ""), await CreateAsync(Encoding.UTF8.GetBytes(StartableConfig.Text(_bundle))));
        Assert.Equal((0, ""), await CreateAsync(StartableConfig.Tame(Encoding.UTF8.GetBytes(StartableConfig.Text(_bundle)), _bundle)));
    }

    [Fact]
    public async Task Damaged_it_becomes_a_container_or_is_refused_and_leaves_nothing()
    {
        var accepted = 0L;
        await Gen.Select(Gen.Int[0, 6], Gen.Int[0, 9999], Gen.Int[0, 9999]).Array[1, 3].SampleAsync(
            async edits =>
            {
                byte[] config;
                try
                {
                    config = StartableConfig.Tame(Damage(edits), _bundle);
                }
                catch (InvalidOperationException)
                {
                    // Half a surrogate pair: the library that makes the document harmless cannot read it. The reader's own tests have it.
                    return;
                }

                var (code, error) = await CreateAsync(config);
                accepted += code == 0 ? 1 : 0;
                Assert.InRange(code, 0, 1);
                // Warnings may come before the one line that says why.
                Assert.Equal(code, error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Count(line => !line.StartsWith("minirun-runtime: warning: ", StringComparison.Ordinal)));
                Assert.All(error.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.StartsWith("minirun-runtime: ", line, StringComparison.Ordinal));
                Assert.DoesNotContain("xception", error, StringComparison.Ordinal);
                Assert.InRange(error.Length, 0, 20_000);
                if (++_case % 100 == 0)
                {
                    await Eventually.IsAsync(() => Task.FromResult(_host.Traces().Count == 0), () => string.Join(", ", _host.Traces()));
                }
            },
            iter: Cases,
            threads: 1);
        // Otherwise the damage is such that nothing but the reader is ever tested.
        Assert.InRange(accepted, Cases / 20, Cases * 19 / 20);
    }

    byte[] Damage((int Kind, int Place, int Other)[] edits)
    {
        var text = StartableConfig.Text(_bundle);
        foreach (var (kind, number, other) in edits)
        {
            JsonText json;
            try
            {
                json = new JsonText(text);
            }
            catch (Exception e) when (e is System.Text.Json.JsonException or ArgumentException or InvalidOperationException)
            {
                // No JSON any more, or with a name twice.
                break;
            }

            var places = json.Places.Where(place => !place.IsRoot).ToList();
            var (place, source) = (places[number % places.Count], places[other % places.Count]);
            var document = kind switch
            {
                0 => json.With(place, json.Value(source)),
                1 => json.Without(place),
                2 when place.IsProperty => json.Twice(place),
                3 => json.With(place, $"[{json.Value(place)}, {json.Value(source)}]"),
                4 => json.With(place, $"{{\"a\": {json.Value(source)}}}"),
                5 => Flip(json.Bytes, number * 7919 + other),
                _ => json.With(place, Literals[other % Literals.Length]),
            };
            text = Encoding.UTF8.GetString(document);
        }

        return Encoding.UTF8.GetBytes(text);
    }

    static byte[] Flip(byte[] document, int bit)
    {
        document[bit / 8 % document.Length] ^= (byte)(1 << (bit % 8));
        return document;
    }

    /// <returns>The exit code of <c>create</c> and what it said. What it made is deleted again.</returns>
    async Task<(int Code, string Error)> CreateAsync(byte[] config)
    {
        await File.WriteAllBytesAsync(_bundle + "/config.json", config, CancellationToken.None);
        var waited = Stopwatch.StartNew();
        var created = await _host.RunAsync("create", "--bundle", _bundle, _host.Id);
        Assert.True(waited.Elapsed < Patience, $"it took {waited.Elapsed}");
        Assert.Equal(created.ExitCode == 0, Directory.Exists(_host.StateOf(_host.Id)));
        if (created.ExitCode == 0)
        {
            Assert.Equal("", await _host.OutputAsync("delete", "--force", _host.Id));
            Assert.False(Directory.Exists(_host.StateOf(_host.Id)));
        }

        Assert.Equal("", created.Output);
        return (created.ExitCode, created.Error);
    }
}
