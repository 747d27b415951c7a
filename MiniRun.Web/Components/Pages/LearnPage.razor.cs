using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using MiniRun.Runtime.Demos;
using MiniRun.Runtime.Engine;
using MiniRun.Web.Components.Containers;
using MiniRun.Web.Components.Learn;

namespace MiniRun.Web.Components.Pages;

public sealed partial class LearnPage
{
    static readonly TimeSpan RenderInterval = TimeSpan.FromMilliseconds(100);

    DemoDescription? _demo;
    DemoStory _story = new();
    ElementReference _heading;
    bool _running;
    bool _stopped;
    bool _show;
    string? _refused;
    long _startedAt;
    TimeSpan _took;
    CancellationTokenSource? _stop;
    Task _run = Task.CompletedTask;
    IJSObjectReference? _module;

    [Inject]
    IContainerEngine Engine { get; set; } = null!;

    [Inject]
    IJSRuntime Js { get; set; } = null!;

    [Inject]
    TimeProvider Time { get; set; } = null!;

    string Status => (_running, _refused, _stopped, _story.Failed) switch
    {
        (true, _, _, _) => "running…",
        (_, not null, _, _) => "not started",
        (_, _, true, _) => "stopped",
        (_, _, _, true) => "failed",
        _ => string.Create(CultureInfo.InvariantCulture, $"{_story.Calls} calls in {_took.TotalSeconds:0.00} s; nothing of it is left"),
    };

    /// <summary>Who leaves the page ends the demonstration.</summary>
    public async ValueTask DisposeAsync()
    {
        Stop();
        await _run;
        try
        {
            await (_module?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
        catch (JSDisconnectedException)
        {
            // The tab is gone.
        }
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (_show)
        {
            _show = false;
            _module ??= await Js.InvokeAsync<IJSObjectReference>("import", "./js/learn.js");
            await _module.InvokeVoidAsync("show", _heading);
        }
    }

    Task RunAsync(DemoDescription demo)
    {
        if (_running)
        {
            return Task.CompletedTask;
        }

        (_demo, _story, _refused, _running, _stopped, _show) = (demo, new DemoStory(), null, true, false, true);
        _startedAt = Time.GetTimestamp();
        return _run = FollowAsync(demo);
    }

    async Task FollowAsync(DemoDescription demo)
    {
        using var stop = _stop = new CancellationTokenSource();
        using var throttle = new RenderThrottle(RenderInterval, Time, () => _ = InvokeAsync(StateHasChanged));
        try
        {
            await using var run = Engine.Demos.Start(demo.Name);
            await foreach (var fact in run.ReadAsync(stop.Token))
            {
                // Its purpose stands on the card already.
                if (fact.Text != demo.Purpose)
                {
                    _story.Add(fact);
                    throttle.Signal();
                }
            }
        }
        catch (EngineException e)
        {
            _refused = e.Message;
        }
        catch (OperationCanceledException)
        {
            _stopped = true;
        }

        // Once more: only now there is enough below the heading to bring it up.
        (_stop, _running, _took, _show) = (null, false, Time.GetElapsedTime(_startedAt), true);
    }

    void Stop() => _stop?.Cancel();
}
