using System.Globalization;
using Microsoft.AspNetCore.Components;
using MiniRun.Runtime.Demos;
using MudBlazor;

namespace MiniRun.Web.Components.Learn;

/// <summary>The steps of a demonstration, one below the other, with what the host and the process inside see.</summary>
public sealed partial class DemoTimeline
{
    [Parameter, EditorRequired]
    public DemoStory Story { get; set; } = null!;

    IReadOnlyList<DemoStep> Steps => Story.Steps;

    static Color ColorOf(DemoStep step) => step.Head?.Kind switch
    {
        FactKind.Call => Color.Primary,
        FactKind.Change => Color.Success,
        FactKind.Error => Color.Error,
        _ => Color.Default,
    };

    static bool IsError(string? result) => result is ['E', >= 'A' and <= 'Z', ..];

    static string Duration(long? microseconds) => microseconds switch
    {
        null => "",
        0 => "< 1 µs",
        < 1000 => string.Create(CultureInfo.InvariantCulture, $"{microseconds} µs"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{microseconds / 1000.0:0.#} ms"),
    };
}
