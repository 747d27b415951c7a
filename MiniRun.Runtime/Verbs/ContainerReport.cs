using System.Globalization;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Verbs;

/// <summary>What <c>state</c> and <c>list</c> say about a container.</summary>
static class ContainerReport
{
    public static FlatObjectWriter Of(StoredContainer container)
    {
        var status = container.Status();
        var isAlive = status is ContainerStatus.Created or ContainerStatus.Running or ContainerStatus.Paused;
        var report = new FlatObjectWriter()
            .Add("ociVersion", container.Record is null ? Verb.SpecVersion : container.Config.OciVersion)
            .Add("id", container.Id)
            .Add("pid", isAlive ? container.Record!.Pid : 0)
            .Add("status", status.InWords())
            .Add("bundle", container.Record?.Bundle ?? "");
        if (container.Record is { } record)
        {
            report
                .Add("rootfs", Bundle.RootPathOf(container.Config, record.Bundle))
                .Add("created", Created(record.StartedAt));
        }

        report.Add("owner", Owner);
        if (container.Record is not null && container.Config.Annotations.Count > 0)
        {
            var annotations = new FlatObjectWriter();
            foreach (var (key, value) in container.Config.Annotations)
            {
                annotations.Add(key, value);
            }

            report.Add("annotations", annotations);
        }

        return report;
    }

    /// <summary>Whoever can read the state made it: its folder is open to nobody else.</summary>
    public static string Owner => Processes.UserId() is var user && user == 0 ? "root" : string.Create(CultureInfo.InvariantCulture, $"#{user}");

    /// <summary>RFC 3339 with nanoseconds, in UTC.</summary>
    public static string Created(long nanoseconds) =>
        DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / 100).ToString("yyyy-MM-ddTHH:mm:ss.fffffff", null) + $"{nanoseconds % 100:00}Z";
}
