using MiniRun.Runtime.Engine;

namespace MiniRun.Web.Components.Containers;

/// <summary>Which containers the list shows.</summary>
/// <param name="Text">Every word of it must occur in the name, the image, the command or the id's beginning.</param>
/// <param name="State">Only this group of states; null means all.</param>
public sealed record ContainerFilter(string Text = "", StateGroup? State = null)
{
    public bool IsEmpty => State is null && string.IsNullOrWhiteSpace(Text);

    public bool Fits(Container container) =>
        (State is null || StateGroups.Of(container.Status) == State)
        && Text.Split(' ', StringSplitOptions.RemoveEmptyEntries).All(word => Mentions(container, word));

    static bool Mentions(Container container, string word) =>
        container.Name.Contains(word, StringComparison.OrdinalIgnoreCase)
        || container.Definition.Image.Contains(word, StringComparison.OrdinalIgnoreCase)
        || container.Id.StartsWith(word, StringComparison.OrdinalIgnoreCase)
        || container.Definition.Command.Any(argument => argument.Contains(word, StringComparison.OrdinalIgnoreCase));
}

/// <summary>The states as the chips above the list count them.</summary>
public enum StateGroup
{
    Running,
    Created,
    Exited,
    Failed,
}

static class StateGroups
{
    public static StateGroup Of(ContainerStatus status) => status switch
    {
        { IsAlive: true } => StateGroup.Running,
        { State: ContainerState.Broken } or { OutOfMemory: true } or { Error: not null } => StateGroup.Failed,
        { State: ContainerState.Created } => StateGroup.Created,
        { State: ContainerState.Exited, Signal: null, ExitCode: not (null or 0) } => StateGroup.Failed,
        _ => StateGroup.Exited,
    };
}
