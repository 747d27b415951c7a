using System.Globalization;
using Microsoft.AspNetCore.Components;
using MiniRun.Runtime.Engine;

namespace MiniRun.Web.Components.Containers;

/// <summary>What a container is, name by name.</summary>
public sealed partial class ContainerFacts
{
    [Parameter, EditorRequired]
    public Container Container { get; set; } = null!;

    IEnumerable<(string Name, string Value, bool Code)> Facts
    {
        get
        {
            var (definition, status) = Container;
            yield return ("Id", definition.Id, true);
            yield return ("Image", definition.Image, true);
            yield return ("Command", ContainerText.Command(definition.Command), true);
            yield return ("Working folder", definition.WorkingDirectory, true);
            yield return ("Limits", ContainerText.Limits(definition.Limits), false);
            yield return ("Network", definition.Network is NetworkMode.Host ? "host (unprotected)" : "none (only loopback)", false);
            yield return ("Terminal", definition.Terminal ? "yes" : "no", false);
            if (status.Pid is { } pid)
            {
                yield return ("First process on the host", pid.ToString(CultureInfo.InvariantCulture), true);
            }

            yield return ("Created", Time(definition.CreatedAt), false);
            if (status.StartedAt is { } started)
            {
                yield return ("Started", Time(started), false);
            }

            if (status.FinishedAt is { } finished && !status.IsAlive)
            {
                yield return ("Ended", Time(finished), false);
            }

            if (definition.Environment.Count > 0)
            {
                yield return ("Environment", string.Join('\n', definition.Environment), true);
            }

            yield return ("Revision", definition.Revision.ToString(CultureInfo.InvariantCulture), false);
        }
    }

    static string Time(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}
