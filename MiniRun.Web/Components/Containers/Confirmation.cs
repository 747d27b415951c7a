using MiniRun.Runtime.Engine;

namespace MiniRun.Web.Components.Containers;

/// <summary>What a person is told before something is lost.</summary>
/// <param name="Lost">What goes, one thing each.</param>
/// <param name="Kept">What stays.</param>
/// <param name="Button">The act in words.</param>
public sealed record Confirmation(string Title, IReadOnlyList<string> Lost, IReadOnlyList<string> Kept, string Button)
{
    /// <summary>Null for an act that can be taken back.</summary>
    public static Confirmation? For(Container container, ContainerAct act) => act switch
    {
        ContainerAct.Kill => new Confirmation(
            $"Kill {container.Name}?",
            ["What its processes have not saved: all of them end at once, without a chance to react"],
            ["Its files, its output and its settings"],
            "Kill"),
        ContainerAct.Delete => new Confirmation(
            $"Delete {container.Name}?",
            [
                .. container.Status.IsAlive ? ["Its running processes: they are killed first"] : Array.Empty<string>(),
                "The files it wrote",
                "Its output (log)",
                "Its settings",
            ],
            [$"The image \"{container.Definition.Image}\""],
            container.Status.IsAlive ? "Kill and delete" : "Delete"),
        _ => null,
    };
}
