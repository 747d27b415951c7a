using Microsoft.AspNetCore.Components;
using MiniRun.Runtime.Engine;
using MudBlazor;

namespace MiniRun.Web.Components.Containers;

/// <summary>Start, stop, restart, kill and delete of one container, each enabled where its state allows it.</summary>
public sealed partial class ActButtons
{
    static readonly Button[] Buttons =
    [
        new(ContainerAct.Start, Icons.Material.Filled.PlayArrow, Color.Success),
        new(ContainerAct.Stop, Icons.Material.Filled.Stop, Color.Default),
        new(ContainerAct.Restart, Icons.Material.Filled.RestartAlt, Color.Default),
        new(ContainerAct.Kill, Icons.Material.Filled.Bolt, Color.Default),
        new(ContainerAct.Delete, Icons.Material.Outlined.Delete, Color.Error),
    ];

    [Parameter, EditorRequired]
    public Container Container { get; set; } = null!;

    [Inject]
    ContainerActs Acts { get; set; } = null!;

    sealed record Button(ContainerAct Act, string Icon, Color Color)
    {
        public string Name { get; } = Act.ToString().ToLowerInvariant();
    }
}
