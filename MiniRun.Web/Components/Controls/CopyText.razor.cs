using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace MiniRun.Web.Components.Controls;

/// <summary>A text to be copied into a shell.</summary>
public sealed partial class CopyText
{
    string _tooltip = "Copy";

    [Parameter, EditorRequired]
    public string Text { get; set; } = "";

    /// <summary>What the text is, for screen readers: "the curl command".</summary>
    [Parameter, EditorRequired]
    public string Label { get; set; } = "";

    [Inject]
    IJSRuntime Js { get; set; } = null!;

    async Task CopyAsync()
    {
        await using var clipboard = await Js.InvokeAsync<IJSObjectReference>("import", "./js/clipboard.js");
        var copied = await clipboard.InvokeAsync<bool>("copy", Text);
        _tooltip = copied ? "Copied" : "The browser forbids it here: select the text instead";
    }
}
