using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.Components.Web;

namespace MiniRun.Web.Components;

public sealed partial class App
{
    IComponentRenderMode? _mode;

    [CascadingParameter]
    HttpContext Http { get; set; } = null!;

    // No prerendering: the theme and the window's size are known only in the browser, so everything would be drawn twice.
    // Pages that exclude themselves (sign-in) stay plain HTML: nobody who is not signed in gets a circuit.
    protected override void OnInitialized() =>
        _mode = Http.AcceptsInteractiveRouting() ? new InteractiveServerRenderMode(prerender: false) : null;
}
