using Microsoft.AspNetCore.Components;
using MiniRun.Runtime.Engine;
using MiniRun.Web.Components.Containers;
using MudBlazor;

namespace MiniRun.Web.Components.Pages;

public sealed partial class ContainerPage
{
    Container? _container;
    bool _deleted;

    /// <summary>The container's name, its id, or a unique beginning of it.</summary>
    [Parameter]
    public string Reference { get; set; } = "";

    [Inject]
    ContainerFeed Feed { get; set; } = null!;

    [Inject]
    ContainerActs Acts { get; set; } = null!;

    [Inject]
    IDialogService Dialogs { get; set; } = null!;

    Severity WhySeverity => _container?.Status switch
    {
        { State: ContainerState.Broken } or { OutOfMemory: true } or { Error: not null } => Severity.Error,
        { } status when StateGroups.Of(status) is StateGroup.Failed => Severity.Warning,
        _ => Severity.Info,
    };

    public void Dispose()
    {
        Feed.Changed -= Refresh;
        Acts.Changed -= Refresh;
    }

    protected override void OnInitialized()
    {
        Feed.Changed += Refresh;
        Acts.Changed += Refresh;
    }

    protected override void OnParametersSet()
    {
        _deleted = false;
        _container = Feed.Find(Reference);
    }

    void Refresh(object? sender, EventArgs e) => _ = InvokeAsync(() =>
    {
        // By its id once it is known: a rename leaves the page where it is.
        var found = Feed.Find(_container?.Id ?? Reference);
        _deleted |= _container is not null && found is null;
        _container = found;
        StateHasChanged();
    });

    async Task EditLimitsAsync() => await Dialogs.ShowAsync<LimitsDialog>(
        $"Limits of {_container!.Name}", new DialogParameters<LimitsDialog> { { d => d.Container, _container } });
}
