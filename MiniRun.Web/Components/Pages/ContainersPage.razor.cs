using Microsoft.AspNetCore.Components;
using MiniRun.Runtime.Engine;
using MiniRun.Web.Components.Containers;

namespace MiniRun.Web.Components.Pages;

public sealed partial class ContainersPage
{
    const string CurlExample = """
        curl --unix-socket /run/minirun/minirun.sock http://localhost/containers \
          --json '{"name":"webapp","command":"/bin/bash","terminal":true}'
        """;

    static readonly Dictionary<string, object?> SearchAttributes = new() { ["aria-label"] = "Search containers", ["data-search"] = "" };

    IReadOnlyList<Container> _all = [];
    IReadOnlyList<Container> _shown = [];
    ContainerFilter _filter = new();

    [Inject]
    ContainerFeed Feed { get; set; } = null!;

    [Inject]
    ContainerActs Acts { get; set; } = null!;

    /// <summary>Only groups that have somebody in them, and the one that is chosen.</summary>
    IEnumerable<(StateGroup Group, int Count)> Groups => Enum.GetValues<StateGroup>()
        .Select(group => (group, _all.Count(c => StateGroups.Of(c.Status) == group)))
        .Where(entry => entry.Item2 > 0 || entry.group == _filter.State);

    public void Dispose()
    {
        Feed.Changed -= Refresh;
        Acts.Changed -= Refresh;
    }

    protected override void OnInitialized()
    {
        Feed.Changed += Refresh;
        Acts.Changed += Refresh;
        Select();
    }

    void Refresh(object? sender, EventArgs e) => _ = InvokeAsync(() =>
    {
        Select();
        StateHasChanged();
    });

    void Toggle(StateGroup group) => Apply(_filter with { State = _filter.State == group ? null : group });

    void Search(string? text) => Apply(_filter with { Text = text ?? "" });

    void Clear() => Apply(new ContainerFilter());

    void Apply(ContainerFilter filter)
    {
        _filter = filter;
        Select();
    }

    void Select()
    {
        _all = Feed.Containers;
        _shown = _filter.IsEmpty ? _all : [.. _all.Where(_filter.Fits)];
    }
}
