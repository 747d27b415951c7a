using System.CommandLine;
using System.Globalization;
using MiniRun.Cli.Output;
using MiniRun.Cli.Rest;
using MiniRun.Web.Api.Contracts;

namespace MiniRun.Cli.Commands;

static class StatsCommand
{
    static readonly Argument<string> Name = Connection.NameArgument();

    public static Command Make(Connection connection) => connection.Run(
        new Command("stats", "Prints what a running container uses.") { Name },
        async (panel, parsed, cancellationToken) =>
        {
            var name = parsed.GetRequiredValue(Name);
            var stats = await panel.GetAsync(Routes.Container(name, "stats"), ApiJson.Default.StatsResource, cancellationToken);
            await connection.Surroundings.Output.WriteLineAsync(Text(name, stats));
            return 0;
        });

    public static string Text(string name, StatsResource stats) => Table.Of(
        ["NAME", "CPUS", "CPU TIME", "MEMORY", "PIDS"],
        [
            [
                name,
                $"{stats.Cpus.ToString("0.00", CultureInfo.InvariantCulture)} / {Limit(stats.Limits.Cpus)}",
                Words.Duration(TimeSpan.FromMilliseconds(stats.CpuTimeMs)),
                $"{Words.Size(stats.MemoryBytes)} / {(stats.Limits.MemoryBytes is { } bytes ? Words.Size(bytes) : "unlimited")}",
                $"{stats.Pids} / {Limit(stats.Limits.Pids)}",
            ],
        ]);

    static string Limit(double? limit) => limit?.ToString("0.##", CultureInfo.InvariantCulture) ?? "unlimited";
}
