using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using MiniRun.Runtime.Engine;

namespace MiniRun.Web.Components.Containers;

/// <summary>The end of a container's log as a plain list; times are UTC.</summary>
public sealed partial class LogView : IAsyncDisposable
{
    ElementReference _lines;
    IJSObjectReference? _module;
    List<LogLine> _shown = [];
    bool _follow = true;
    bool _scrollToEnd = true;
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
        }

        if (_module is not null && _follow && _shown.Count > 0)
        {
            await _module.InvokeVoidAsync("follow", _lines, _scrollToEnd);
            _scrollToEnd = false;
        }
    }

    void SetFollow(bool follow)
    {
        _follow = follow;
        Read();
    }

    void Read()
    {
        _scrollToEnd = true;
        _ = Log.ReadAsync(Container.Id, _follow && Container.Status.IsAlive);
    }

    void LogChanged(object? sender, EventArgs e) => _ = InvokeAsync(() =>
    {
        _shown = [.. Log.Lines];
        StateHasChanged();
    });
}
