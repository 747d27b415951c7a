using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using MiniRun.Runtime.Engine;
using MiniRun.Web.Components.Controls;

namespace MiniRun.Web.Components.Containers;

/// <summary>The rows of the list. Figures that change each second are filled in by wwwroot/js/list-metrics.js and ages.js.</summary>
public sealed partial class ContainerTable : IAsyncDisposable
{
    ElementReference _table;
    IJSObjectReference? _module;
    IJSObjectReference? _watch;
    List<Container> _rows = [];

    [Parameter, EditorRequired]
    public IReadOnlyList<Container> Containers { get; set; } = [];

    [Inject]
    ContainerActs Acts { get; set; } = null!;

    [Inject]
    IJSRuntime Js { get; set; } = null!;

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _watch.DisposeViewAsync();
            await (_module?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
        catch (JSDisconnectedException)
        {
            // The tab is gone, and its connection with it.
        }
    }

    protected override void OnParametersSet() => _rows = [.. Containers];

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            _module = await Js.InvokeAsync<IJSObjectReference>("import", "./js/list-metrics.js");
            _watch = await _module.InvokeAsync<IJSObjectReference>("watch", _table);
        }
    }

    static DateTimeOffset? Since(Container container) => container.Status.IsAlive
        ? container.Status.StartedAt
        : container.Status.FinishedAt ?? container.Definition.CreatedAt;
}
