using System.Text;
using System.Text.Json;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Spec;

public sealed class SeccompReaderTests
{
    const string Whole = """
        {
          "defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 38,
          "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X32"],
          "flags": ["SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"],
          "listenerPath": "/run/agent", "listenerMetadata": "words",
          "comment": { "of": ["another", "program"] },
          "syscalls": [
            { "names": ["read", "write"], "action": "SCMP_ACT_ALLOW", "args": null, "comment": "" },
            { "names": ["personality"], "action": "SCMP_ACT_TRACE", "errnoRet": 65535,
              "args": [{ "index": 5, "value": 18446744073709551615, "valueTwo": 7, "op": "SCMP_CMP_MASKED_EQ" }] },
            { "names": ["mount"], "action": "SCMP_ACT_NOTIFY" }
          ]
        }
        """;

    [Fact]
    public void Every_field_is_read()
    {
        var seccomp = Read(Whole);
        Assert.Equal((SeccompAction.Errno, 38u), (seccomp.DefaultAction, seccomp.DefaultErrno));
        Assert.Equal(["SCMP_ARCH_X86_64", "SCMP_ARCH_X32"], seccomp.Architectures);
        Assert.Equal(["SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"], seccomp.Flags);
        Assert.Equal(("/run/agent", "words"), (seccomp.ListenerPath, seccomp.ListenerMetadata));
        Assert.Equal([["read", "write"], ["personality"], ["mount"]], seccomp.Rules.Select(rule => rule.Names));
        Assert.Equal([SeccompAction.Allow, SeccompAction.Trace, SeccompAction.Notify], seccomp.Rules.Select(rule => rule.Action));
        Assert.Equal([null, 65535u, null], seccomp.Rules.Select(rule => rule.Errno));
        Assert.Empty(seccomp.Rules[0].Conditions);
        Assert.Equal([new SeccompCondition(5, ulong.MaxValue, 7, SeccompOperator.MaskedEqual)], seccomp.Rules[1].Conditions);
    }

    [Theory]
    [InlineData("SCMP_ACT_KILL", SeccompAction.Kill)]
    [InlineData("SCMP_ACT_KILL_PROCESS", SeccompAction.KillProcess)]
    [InlineData("SCMP_ACT_KILL_THREAD", SeccompAction.KillThread)]
    [InlineData("SCMP_ACT_TRAP", SeccompAction.Trap)]
    [InlineData("SCMP_ACT_ERRNO", SeccompAction.Errno)]
    [InlineData("SCMP_ACT_TRACE", SeccompAction.Trace)]
    [InlineData("SCMP_ACT_ALLOW", SeccompAction.Allow)]
    [InlineData("SCMP_ACT_LOG", SeccompAction.Log)]
    public void Actions_have_the_names_of_the_specification(string name, object action) =>
        Assert.Equal((SeccompAction)action, Read($$"""{"defaultAction":"{{name}}"}""").DefaultAction);

    [Theory]
    [InlineData("NE", SeccompOperator.NotEqual)]
    [InlineData("LT", SeccompOperator.Less)]
    [InlineData("LE", SeccompOperator.LessOrEqual)]
    [InlineData("EQ", SeccompOperator.Equal)]
    [InlineData("GE", SeccompOperator.GreaterOrEqual)]
    [InlineData("GT", SeccompOperator.Greater)]
    [InlineData("MASKED_EQ", SeccompOperator.MaskedEqual)]
    public void Operators_have_the_names_of_the_specification(string name, object comparison) =>
        Assert.Equal((SeccompOperator)comparison, Read(Rule($$""" "args":[{"index":0,"value":1,"op":"SCMP_CMP_{{name}}"}] """)).Rules[0].Conditions[0].Operator);

    [Theory]
    [InlineData("[]", "", "must be an object")]
    [InlineData("{}", ".defaultAction", "is missing")]
    [InlineData("""{"defaultAction":"ALLOW"}""", ".defaultAction", "must be one of SCMP_ACT_KILL, ")]
    [InlineData("""{"defaultAction":"SCMP_ACT_NOTIFY","listenerPath":"/a"}""", ".defaultAction", "must not be SCMP_ACT_NOTIFY")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","defaultErrnoRet":1}""", ".defaultErrnoRet", "SCMP_ACT_ALLOW carries no error number")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ERRNO","defaultErrnoRet":4096}""", ".defaultErrnoRet", "from 0 to 4095")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ERRNO","defaultErrnoRet":-1}""", ".defaultErrnoRet", "must be an integer")]
    [InlineData("""{"defaultAction":"SCMP_ACT_LOG","defaultAction":"SCMP_ACT_LOG"}""", ".defaultAction", "is there twice")]
    [InlineData("""{"defaultAction":"SCMP_ACT_LOG","architectures":["SCMP_ARCH_Z80"]}""", ".architectures[0]", "must be one of SCMP_ARCH_X86, ")]
    [InlineData("""{"defaultAction":"SCMP_ACT_LOG","flags":["SECCOMP_FILTER_FLAG_LOG",7]}""", ".flags[1]", "must be a string")]
    [InlineData("""{"defaultAction":"SCMP_ACT_LOG","flags":["SECCOMP_FILTER_FLAG_NEW_LISTENER"]}""", ".flags[0]", "must be one of")]
    [InlineData("""{"defaultAction":"SCMP_ACT_LOG","listenerPath":"agent"}""", ".listenerPath", "must be an absolute path")]
    [InlineData("""{"defaultAction":"SCMP_ACT_LOG","listenerMetadata":"x"}""", ".listenerPath", "is missing")]
    [InlineData("""{"defaultAction":"SCMP_ACT_LOG","syscalls":[{"names":["a"],"action":"SCMP_ACT_NOTIFY"}]}""", ".listenerPath", "SCMP_ACT_NOTIFY asks")]
    [InlineData("""{"defaultAction":"SCMP_ACT_LOG","syscalls":[{"action":"SCMP_ACT_LOG"}]}""", ".syscalls[0].names", "is missing")]
    [InlineData("""{"defaultAction":"SCMP_ACT_LOG","syscalls":[{"names":[""],"action":"SCMP_ACT_LOG"}]}""", ".syscalls[0].names[0]", "must be the name")]
    [InlineData("""{"defaultAction":"SCMP_ACT_LOG","syscalls":[{"names":["a"]}]}""", ".syscalls[0].action", "is missing")]
    [InlineData("""{"defaultAction":"SCMP_ACT_LOG"}{}""", "", "something follows")]
    public void A_value_that_cannot_be_used_is_named_by_its_path_in_config_json(string document, string path, string problem) =>
        Refused(document, path, problem);

    [Theory]
    [InlineData(""" "errnoRet":1 """, ".syscalls[0].errnoRet", "SCMP_ACT_LOG carries no error number")]
    [InlineData(""" "args":[{"index":6,"value":1,"op":"SCMP_CMP_EQ"}] """, ".syscalls[0].args[0].index", "from 0 to 5")]
    [InlineData(""" "args":[{"value":1,"op":"SCMP_CMP_EQ"}] """, ".syscalls[0].args[0].index", "is missing")]
    [InlineData(""" "args":[{"index":0,"op":"SCMP_CMP_EQ"}] """, ".syscalls[0].args[0].value", "is missing")]
    [InlineData(""" "args":[{"index":0,"value":1}] """, ".syscalls[0].args[0].op", "is missing")]
    [InlineData(""" "args":[{"index":0,"value":1,"op":"=="}] """, ".syscalls[0].args[0].op", "must be one of")]
    [InlineData(""" "args":[{"index":0,"value":1,"valueTwo":-1,"op":"SCMP_CMP_EQ"}] """, ".syscalls[0].args[0].valueTwo", "must be an integer")]
    [InlineData(""" "args":[{"index":0,"value":1,"op":"SCMP_CMP_EQ","more":[]}, 7] """, ".syscalls[0].args[1]", "must be an object")]
    public void A_rule_that_cannot_be_used_is_named_by_its_index(string fields, string path, string problem) => Refused(Rule(fields), path, problem);

    [Fact]
    public void Config_json_keeps_the_bytes_of_its_profile()
    {
        var linux = ConfigReader.Read(MaximalConfig.Json.With("$.linux.seccomp", Whole)).Linux;
        Assert.Null(linux.Seccomp);
        Assert.Equal(Whole, Encoding.UTF8.GetString(linux.SeccompDocument!));
    }

    [Fact]
    public void Without_a_profile_there_are_no_bytes()
    {
        Assert.Null(ConfigReader.Read(MaximalConfig.Json.With("$.linux.seccomp", "null")).Linux.SeccompDocument);
        Assert.Null(ConfigReader.Read(MaximalConfig.Json.Without("$.linux.seccomp")).Linux.SeccompDocument);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("\"x\"")]
    [InlineData("{\"a\":}")]
    [InlineData("{\"a\":[1,]}")]
    public void A_profile_that_is_no_object_is_refused_at_once(string profile)
    {
        var error = Assert.Throws<SpecException>(() => ConfigReader.Read(MaximalConfig.Json.With("$.linux.seccomp", profile)));
        Assert.Equal("$.linux.seccomp", error.Path);
    }

    [Fact]
    public void A_field_of_another_type_or_there_twice_is_named_by_its_path() => Assert.All(Fields, field =>
    {
        var other = field.Type switch
        {
            JsonTokenType.String => "7",
            JsonTokenType.Number => "\"7\"",
            JsonTokenType.StartArray => "{}",
            _ => "[]",
        };
        Assert.Equal("$.linux.seccomp" + field.Path[1..], Assert.Throws<SpecException>(() => SeccompReader.Read(Json.With(field, other))).Path);
        if (field.IsProperty)
        {
            Assert.Equal("$.linux.seccomp" + field.Path[1..], Assert.Throws<SpecException>(() => SeccompReader.Read(Json.Twice(field))).Path);
        }
    });

    static JsonText Json { get; } = new(Whole);

    static IEnumerable<JsonText.Place> Fields => Json.Places.Where(place => !place.Path.Contains(".comment", StringComparison.Ordinal) && place.Type is not JsonTokenType.Null);

    static string Rule(string fields) =>
        $$"""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["a"],"action":"SCMP_ACT_LOG",{{fields}}}]}""";

    static SeccompSpec Read(string document) => SeccompReader.Read(Encoding.UTF8.GetBytes(document));

    static void Refused(string document, string path, string problem)
    {
        var error = Assert.Throws<SpecException>(() => Read(document));
        Assert.Equal("$.linux.seccomp" + path, error.Path);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }
}
