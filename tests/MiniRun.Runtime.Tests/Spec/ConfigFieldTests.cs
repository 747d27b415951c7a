using System.Text.Json;
using System.Text.RegularExpressions;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Spec;

/// <summary>Walks the maximal configuration and damages one field after the other: each must be named, or be one that may be so.</summary>
public sealed partial class ConfigFieldTests
{
    /// <summary>Fields that must be there, with * for any index.</summary>
    static readonly HashSet<string> Required =
    [
        "$.ociVersion", "$.process", "$.process.args", "$.process.cwd", "$.process.user.uid", "$.process.user.gid",
        "$.process.consoleSize.width", "$.process.consoleSize.height",
        "$.process.rlimits[*].type", "$.process.rlimits[*].soft", "$.process.rlimits[*].hard",
        "$.process.scheduler.policy", "$.process.scheduler.runtime", "$.process.ioPriority.class", "$.process.ioPriority.priority",
        "$.root", "$.root.path", "$.mounts[*].destination", "$.mounts[*].uidMappings", "$.mounts[*].gidMappings",
        "$.mounts[*].uidMappings[*].containerID", "$.mounts[*].uidMappings[*].hostID", "$.mounts[*].uidMappings[*].size",
        "$.mounts[*].gidMappings[*].containerID", "$.mounts[*].gidMappings[*].hostID", "$.mounts[*].gidMappings[*].size",
        "$.hooks.prestart[*].path", "$.hooks.createRuntime[*].path", "$.hooks.createContainer[*].path",
        "$.hooks.startContainer[*].path", "$.hooks.poststart[*].path", "$.hooks.poststop[*].path",
        "$.linux.namespaces[*].type", "$.linux.uidMappings", "$.linux.gidMappings",
        "$.linux.uidMappings[*].containerID", "$.linux.uidMappings[*].hostID", "$.linux.uidMappings[*].size",
        "$.linux.gidMappings[*].containerID", "$.linux.gidMappings[*].hostID", "$.linux.gidMappings[*].size",
        "$.linux.devices[*].path", "$.linux.devices[*].type", "$.linux.devices[*].major", "$.linux.devices[*].minor",
        "$.linux.resources.devices[*].allow",
        "$.linux.resources.blockIO.weightDevice[*].major", "$.linux.resources.blockIO.weightDevice[*].minor",
        "$.linux.resources.blockIO.throttleReadBpsDevice[*].major", "$.linux.resources.blockIO.throttleReadBpsDevice[*].minor",
        "$.linux.resources.blockIO.throttleReadBpsDevice[*].rate",
        "$.linux.resources.blockIO.throttleWriteBpsDevice[*].major", "$.linux.resources.blockIO.throttleWriteBpsDevice[*].minor",
        "$.linux.resources.blockIO.throttleWriteBpsDevice[*].rate",
        "$.linux.resources.blockIO.throttleReadIOPSDevice[*].major", "$.linux.resources.blockIO.throttleReadIOPSDevice[*].minor",
        "$.linux.resources.blockIO.throttleReadIOPSDevice[*].rate",
        "$.linux.resources.blockIO.throttleWriteIOPSDevice[*].major", "$.linux.resources.blockIO.throttleWriteIOPSDevice[*].minor",
        "$.linux.resources.blockIO.throttleWriteIOPSDevice[*].rate",
        "$.linux.resources.hugepageLimits[*].pageSize", "$.linux.resources.hugepageLimits[*].limit",
        "$.linux.resources.network.priorities[*].name", "$.linux.resources.network.priorities[*].priority",
        "$.linux.memoryPolicy.mode", "$.linux.memoryPolicy.nodes", "$.linux.personality.domain",
    ];

    /// <summary>Fields that another one needs: that other one is named.</summary>
    static readonly Dictionary<string, string> MissedElsewhere = new()
    {
        ["$.linux"] = "",
        ["$.linux.namespaces"] = "$.linux.uidMappings",
        ["$.process.scheduler.deadline"] = "$.process.scheduler.runtime",
        ["$.linux.resources.blockIO.weightDevice[1].leafWeight"] = "$.linux.resources.blockIO.weightDevice[1].weight",
        ["$.linux.resources.rdma.mlx4_0.hcaObjects"] = "$.linux.resources.rdma.mlx4_0.hcaHandles",
    };

    /// <summary>Objects whose names are data: null is a value there, and of the wrong type.</summary>
    static readonly string[] Maps =
        ["$.annotations", "$.linux.timeOffsets", "$.linux.netDevices", "$.linux.resources.rdma", "$.linux.resources.unified", "$.linux.sysctl"];

    static readonly string[] MayBeBelowZero =
        ["$.process.oomScoreAdj", "$.process.scheduler.nice", "$.linux.timeOffsets.monotonic.secs", "$.linux.timeOffsets.boottime.secs", "$.linux.resources.pids.limit"];

    static IEnumerable<JsonText.Place> Places => MaximalConfig.Json.Places.Where(place => !place.Path.StartsWith("$.linux.seccomp.", StringComparison.Ordinal));

    static IEnumerable<JsonText.Place> Values(JsonTokenType type) => Places.Where(place => place.Type == type);

    [Fact]
    public void A_field_that_is_removed_is_missed_by_its_path_or_not_needed() => All(Places.Where(place => place.IsProperty), place =>
        Check(MaximalConfig.Json.Without(place), IfAbsent(place)));

    [Fact]
    public void A_field_of_null_is_one_that_is_absent() => All(Places.Where(place => place.IsProperty && !IsEntry(place)), place =>
        Check(MaximalConfig.Json.With(place, "null"), IfAbsent(place)));

    [Fact]
    public void In_an_array_or_a_map_null_is_of_the_wrong_type() => All(Places.Where(place => place.IsItem || IsEntry(place)), place =>
        Check(MaximalConfig.Json.With(place, "null"), place.Path, "must be "));

    [Theory]
    [InlineData("true", JsonTokenType.True, JsonTokenType.False)]
    [InlineData("7", JsonTokenType.Number, JsonTokenType.Number)]
    [InlineData("\"x\"", JsonTokenType.String, JsonTokenType.String)]
    [InlineData("{}", JsonTokenType.StartObject, JsonTokenType.StartObject)]
    [InlineData("[]", JsonTokenType.StartArray, JsonTokenType.StartArray)]
    public void A_value_of_another_type_is_named_by_its_path(string json, JsonTokenType type, JsonTokenType sameType) =>
        All(Places.Where(place => place.Type != type && place.Type != sameType), place =>
            Check(MaximalConfig.Json.With(place, json), place.Path, "must be "));

    [Theory]
    [InlineData("-9223372036854775809")]
    [InlineData("18446744073709551616")]
    [InlineData("1e400")]
    [InlineData("1.5")]
    [InlineData("0.0")]
    [InlineData("1e3")]
    public void A_number_that_no_integer_of_64_bits_holds_is_named_by_its_path(string number) =>
        All(Values(JsonTokenType.Number), place => Check(MaximalConfig.Json.With(place, number), place.Path, "must be an integer"));

    [Fact]
    public void A_number_below_zero_is_named_by_its_path_or_means_something() => All(Values(JsonTokenType.Number), place =>
        Check(MaximalConfig.Json.With(place, "-7"), MayBeBelowZero.Contains(place.Path) ? "" : place.Path, "must be an integer"));

    [Theory]
    [InlineData("\"/a\\u0000b\"", "contains a NUL character")]
    [InlineData("\"/\\ud800\"", "is not valid UTF-8 text")]
    [InlineData("\"/\\udc00\\ud800\"", "is not valid UTF-8 text")]
    public void A_text_that_no_system_call_takes_is_named_by_its_path(string text, string problem) =>
        All(Values(JsonTokenType.String), place => Check(MaximalConfig.Json.With(place, text), place.Path, problem));

    [Fact]
    public void A_field_that_is_there_twice_is_named_by_its_path() => All(Places.Where(place => place.IsProperty), place =>
        Check(MaximalConfig.Json.Twice(place), place.Path, "is there twice"));

    [Fact]
    public void A_field_that_nobody_knows_is_ignored() => All(Values(JsonTokenType.StartObject).Where(place => !Maps.Contains(place.Path)), place =>
        Check(MaximalConfig.Json.Plus(place.Path, """ "unknown": {"deeply": [{"nested": [1, null]}, {}]} """), ""));

    [Fact]
    public void A_document_may_end_nowhere_but_at_its_end()
    {
        var bytes = MaximalConfig.Json.Bytes;
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Throws<SpecException>(() => ConfigReader.Read(bytes.AsSpan(0, length)));
        }
    }

    static string IfAbsent(JsonText.Place place) =>
        MissedElsewhere.TryGetValue(place.Path, out var other) ? other : Required.Contains(Indexes.Replace(place.Path, "[*]")) ? place.Path : "";

    static bool IsEntry(JsonText.Place place) => Maps.Contains(place.Parent);

    /// <summary>All failures at once: there are hundreds of fields.</summary>
    static void All(IEnumerable<JsonText.Place> places, Action<JsonText.Place> check)
    {
        var chosen = places.ToList();
        Assert.NotEmpty(chosen);
        Assert.All(chosen, check);
    }

    /// <summary>That the error has the path; without one, that the document is accepted.</summary>
    static void Check(byte[] document, string path, string problem = "")
    {
        if (path.Length == 0)
        {
            ConfigReader.Read(document);
            return;
        }

        var error = Assert.Throws<SpecException>(() => ConfigReader.Read(document));
        Assert.Equal(path, error.Path);
        Assert.StartsWith(path + ": ", error.Message, StringComparison.Ordinal);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [GeneratedRegex(@"\[\d+\]", RegexOptions.None, 1000)]
    private static partial Regex Indexes { get; }
}
