using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using MiniRun.Runtime.Engine;
using MiniRun.Web.Components.Controls;

namespace MiniRun.Web.Components.Containers;

/// <summary>The frames of the live charts; wwwroot/js/charts.js draws them over a connection of its own.</summary>
public sealed partial class MetricsView : IAsyncDisposable
{
    static readonly (string Kind, string Title)[] Kinds = [("memory", "Memory"), ("cpu", "CPU"), ("pids", "Processes")];

    ElementReference _root;
    IJSObjectReference? _module;
    IJSObjectReference? _view;
    bool _againstLimit;

    [Parameter, EditorRequired]
    public Container Container { get; set; } = null!;

    [Inject]
    IJSRuntime Js { get; set; } = null!;

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _view.DisposeViewAsync();
            await (_module?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
        catch (JSDisconnectedException)
        {
            // The tab is gone, and its connection with it.
        }
    }

    // The script owns what is inside: the server draws only when the scale is chosen.
    protected override bool ShouldRender() => _view is null || _scaleChanged;

    bool _scaleChanged;

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        _scaleChanged = false;
        if (firstRender)
        {
            _module = await Js.InvokeAsync<IJSObjectReference>("import", "./js/charts.js");
            _view = await _module.InvokeAsync<IJSObjectReference>("mount", _root, Container.Id);
        }
    }

    async Task SetScaleAsync(bool againstLimit)
    {
        _againstLimit = againstLimit;
        _scaleChanged = true;
        if (_view is not null)
        {
            await _view.InvokeVoidAsync("setScale", againstLimit);
        }
    }
}
