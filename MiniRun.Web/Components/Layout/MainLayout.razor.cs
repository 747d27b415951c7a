using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.JSInterop;
using MudBlazor;

namespace MiniRun.Web.Components.Layout;

public sealed partial class MainLayout
{
    bool _ready;
    ErrorBoundary? _boundary;

    [Inject]
    ThemeState Theme { get; set; } = null!;

    [Inject]
    IJSRuntime Js { get; set; } = null!;

    string ThemeTooltip => Theme.Mode switch
    {
        ThemeMode.Light => "Theme: light",
        ThemeMode.Dark => "Theme: dark",
        _ => "Theme: as the system",
    };

    string ThemeIcon => Theme.Mode switch
    {
        ThemeMode.Light => Icons.Material.Outlined.LightMode,
        ThemeMode.Dark => Icons.Material.Outlined.DarkMode,
        _ => Icons.Material.Outlined.BrightnessAuto,
    };

    public void Dispose() => Theme.Changed -= ThemeChanged;

    protected override void OnInitialized() => Theme.Changed += ThemeChanged;

    protected override void OnParametersSet() => _boundary?.Recover();

    // Nothing is drawn before the theme is known: a dark page would flash white.
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            await Theme.LoadAsync();
            _ready = true;
            StateHasChanged();
        }
    }

    Task NextThemeAsync() => Theme.SetAsync((ThemeMode)(((int)Theme.Mode + 1) % 3));

    async Task SignOutAsync()
    {
        var session = await Js.InvokeAsync<IJSObjectReference>("import", "./js/session.js");
        await session.InvokeVoidAsync("signOut");
    }

    void ThemeChanged(object? sender, EventArgs e) => _ = InvokeAsync(StateHasChanged);
}
