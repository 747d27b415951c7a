using Microsoft.AspNetCore.Components;
using MiniRun.Runtime.Engine;
using MudBlazor;

namespace MiniRun.Web.Components.Containers;

/// <summary>A container's state as words, colour and icon; while an act is under way, that.</summary>
public sealed partial class StatePill
{
    [Parameter, EditorRequired]
    public ContainerStatus Status { get; set; } = null!;

    [Parameter]
    public ContainerAct? Busy { get; set; }

    /// <summary>Shown when the pointer rests on it.</summary>
    [Parameter]
    public string? Why { get; set; }

    string Kind => this switch
    {
        { Busy: not null } => "busy",
        { Status.State: ContainerState.Running } => "good",
        { Status.State: ContainerState.Starting or ContainerState.Stopping or ContainerState.Deleting } => "busy",
        { Status.State: ContainerState.Broken } or { Status.OutOfMemory: true } => "bad",
        _ when StateGroups.Of(Status) is StateGroup.Failed => "warn",
        _ => "calm",
    };

    string Icon => Kind switch
    {
        "busy" => Icons.Material.Outlined.Pending,
        "good" => Icons.Material.Filled.PlayCircle,
        "bad" => Icons.Material.Filled.Error,
        "warn" => Icons.Material.Filled.Warning,
        _ => Status.State is ContainerState.Created ? Icons.Material.Outlined.Circle : Icons.Material.Outlined.StopCircle,
    };
}
