namespace MiniRun.Cli.Tests;

/// <summary>What a panel answers.</summary>
static class Samples
{
    public static string Container(string name = "web", string state = "running", string more = "") => $$"""
        {"id":"0123456789abcdef","name":"{{name}}","image":"base","command":["/bin/bash","-l"],"state":"{{state}}",
         "createdAt":"2026-01-02T03:00:00+00:00","startedAt":"2026-01-02T03:01:00+00:00","limits":{"memoryBytes":536870912,"cpus":0.5,"pids":null},
         "network":"none","workingDirectory":"/","revision":7{{more}}}
        """;

    public static string Transition(string more = "") => $$"""{"container":{{Container(more: more)}},"changed":true}""";
}
