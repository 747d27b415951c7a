using System.Text.Json.Nodes;
using MiniRun.Runtime.Tests.Sandbox;

namespace MiniRun.Runtime.Tests.Security;

/// <summary>The control of a security test (DECISIONS 24): the same start by the same plan, from which protecting steps were taken.</summary>
static class UnprotectedStart
{
    /// <summary>The program of tests/stress, with the words behind <c>--without</c>.</summary>
    public static string Command(MountHost host, string words) => $"{Repository.Root}/artifacts/stress/minirun-stress {host.Bundle} --without {words}";

    /// <param name="words">Names that tests/stress knows, and maybe a <c>probe=</c>.</param>
    /// <param name="prepare">A shell script that runs before, as its caller.</param>
    public static Task<(int Code, string Output, string Error)> RunAsync(MountHost host, string words, string prepare = "") =>
        host.RunAsync(prepare, runtime: Command(host, words));

    /// <summary>Hooks want to see the host until the container is complete: its paths would be within reach.</summary>
    public static MountHost WithHostReachable(string script)
    {
        var host = new MountHost(script);
        host.Config["hooks"] = new JsonObject { ["createRuntime"] = new JsonArray(new JsonObject { ["path"] = "/bin/true" }) };
        return host;
    }
}
