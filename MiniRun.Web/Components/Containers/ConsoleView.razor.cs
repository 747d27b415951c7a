using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using MiniRun.Runtime.Engine;
using MiniRun.Web.Components.Controls;

namespace MiniRun.Web.Components.Containers;

/// <summary>The frame of the console; wwwroot/js/console.js fills it over a connection of its own.</summary>
public sealed partial class ConsoleView : IAsyncDisposable
{
    ElementReference _screen;
    IJSObjectReference? _module;
    IJSObjectReference? _view;
    string? _toldRun;

    [Parameter, EditorRequired]
    public Container Container { get; set; } = null!;

    [Inject]
    IJSRuntime Js { get; set; } = null!;

    /// <summary>Names the present run; null while there is no console to attach to.</summary>
    string? Run => Container.Status is { State: ContainerState.Running or ContainerState.Stopping, StartedAt: { } started }
        ? started.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)
        : null;

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

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            _toldRun = Run;
            _module = await Js.InvokeAsync<IJSObjectReference>("import", "./js/console.js");
            _view = await _module.InvokeAsync<IJSObjectReference>(
                "mount", _screen, new { container = Container.Id, terminal = Container.Definition.Terminal, run = _toldRun });
        }

        // Renders that came while the view was being mounted are caught up with here.
        if (_view is not null && Run != _toldRun)
        {
            _toldRun = Run;
            await _view.InvokeVoidAsync("setRun", _toldRun);
        }
    }
}
