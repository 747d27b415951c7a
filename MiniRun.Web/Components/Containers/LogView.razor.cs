using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using MiniRun.Runtime.Engine;
using MiniRun.Web.Components.Controls;

namespace MiniRun.Web.Components.Containers;

/// <summary>The end of a container's log as a plain list; times are UTC.</summary>
public sealed partial class LogView : IAsyncDisposable
{
    ElementReference _lines;
    IJSObjectReference? _module;
    IJSObjectReference? _view;
    List<LogLine> _shown = [];
    bool _follow = true;
    DateTimeOffset? _startedAt;

    [Parameter, EditorRequired]
    public Container Container { get; set; } = null!;

    [Inject]
    ContainerLog Log { get; set; } = null!;

    [Inject]
    IJSRuntime Js { get; set; } = null!;

    string Summary => _shown.Count switch
    {
        0 when Log.Loading && !_follow => "Reading…",
        ContainerLog.Kept => $"the last {ContainerLog.Kept:N0} lines, times in UTC",
        1 => "1 line, times in UTC",
        var count => string.Create(CultureInfo.InvariantCulture, $"{(count == ContainerLog.Tail ? "the last " : "")}{count:N0} lines, times in UTC"),
    };

    public async ValueTask DisposeAsync()
    {
        Log.Changed -= LogChanged;
        Log.Stop();
        try
        {
            await _view.DisposeViewAsync();
            await (_module?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
        catch (JSDisconnectedException)
        {
            // The tab is gone.
        }
    }

    protected override void OnInitialized() => Log.Changed += LogChanged;

    protected override void OnParametersSet()
    {
        // Following ends with the run: a new one is read anew.
        if (_startedAt != Container.Status.StartedAt || _startedAt is null)
        {
            _startedAt = Container.Status.StartedAt;
            if (_startedAt is not null)
            {
                Read();
            }
        }
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            _module = await Js.InvokeAsync<IJSObjectReference>("import", "./js/log.js");
            _view = await _module.InvokeAsync<IJSObjectReference>("mount", _lines);
        }
    }

    async Task SetFollowAsync(bool follow)
    {
        _follow = follow;
        Read();
        if (_view is not null)
        {
            await _view.InvokeVoidAsync("pin", follow);
        }
    }

    void Read()
    {
        _ = Log.ReadAsync(Container.Id, _follow && Container.Status.IsAlive);
    }

    void LogChanged(object? sender, EventArgs e) => _ = InvokeAsync(() =>
    {
        _shown = [.. Log.Lines];
        StateHasChanged();
    });
}
