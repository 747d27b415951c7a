using System.Text;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox;

namespace MiniRun.Runtime.Verbs;

/// <summary><c>list</c>: the containers below the root folder.</summary>
static class ListVerb
{
    public static readonly string[] Options = ["--format,-f=", "--quiet,-q"];

    public static int Run(GlobalOptions global, Arguments arguments)
    {
        var containers = Open(global);
        try
        {
            var text = arguments.Has("--quiet") ? Quiet(containers) : arguments.WantsJson ? Json(containers) : Table(containers);
            Standard.Print(Encoding.UTF8.GetBytes(text));
            return 0;
        }
        finally
        {
            containers.ForEach(container => container.Dispose());
        }
    }

    static List<StoredContainer> Open(GlobalOptions global)
    {
        var containers = new List<StoredContainer>();
        using var root = global.TryOpenRoot();
        foreach (var (name, kind) in root?.List() ?? [])
        {
            // One that is deleted at this moment is no container any more.
            if (kind is EntryKind.Folder && ContainerId.IsValid(name) && TryOpen(global, root!, name) is { } container)
            {
                containers.Add(container);
            }
        }

        containers.Sort((a, b) => string.CompareOrdinal(a.Id, b.Id));
        return containers;
    }

    /// <summary>One that is damaged must not hide the others.</summary>
    static StoredContainer? TryOpen(GlobalOptions global, Folder root, string name)
    {
        try
        {
            return StoredContainer.TryOpen(root, name);
        }
        catch (UnknownContainerException e)
        {
            ErrorLog.Warn(global, e.Message);
            return null;
        }
    }

    static string Quiet(List<StoredContainer> containers) => string.Concat(containers.ConvertAll(container => container.Id + "\n"));

    static string Json(List<StoredContainer> containers) =>
        $"[{string.Join(',', containers.ConvertAll(container => Encoding.UTF8.GetString(ContainerReport.Of(container).Finish())))}]\n";

    static string Table(List<StoredContainer> containers)
    {
        List<string[]> rows = [["ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"]];
        foreach (var container in containers)
        {
            var status = container.Status();
            rows.Add(
            [
                container.Id, status is ContainerStatus.Stopped or ContainerStatus.Creating ? "0" : $"{container.Record!.Pid}", status.InWords(),
                container.Record?.Bundle ?? "", container.Record is { } record ? ContainerReport.Created(record.StartedAt) : "", ContainerReport.Owner,
            ]);
        }

        return Columns.Align(rows);
    }
}
