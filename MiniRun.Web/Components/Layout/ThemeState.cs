using Microsoft.JSInterop;

namespace MiniRun.Web.Components.Layout;

enum ThemeMode
{
    Auto,
    Light,
    Dark,
}

/// <summary>The colour theme of one browser; the choice is kept there (wwwroot/js/theme.js).</summary>
sealed class ThemeState(IJSRuntime js) : IDisposable
{
    DotNetObjectReference<ThemeState>? _self;

    public event EventHandler? Changed;

    public ThemeMode Mode { get; private set; }

    public bool Dark { get; private set; }

    public async Task LoadAsync()
    {
        var stored = await js.InvokeAsync<Stored>("minirun.theme.read");
        Mode = Enum.TryParse<ThemeMode>(stored.Mode, ignoreCase: true, out var mode) ? mode : ThemeMode.Auto;
        Dark = stored.Dark;
        _self = DotNetObjectReference.Create(this);
        await js.InvokeVoidAsync("minirun.theme.follow", _self);
    }

    public async Task SetAsync(ThemeMode mode)
    {
        Mode = mode;
        Dark = await js.InvokeAsync<bool>("minirun.theme.set", mode.ToString().ToLowerInvariant());
        Changed?.Invoke(this, EventArgs.Empty);
    }

    [JSInvokable]
    public void SystemThemeChanged(bool dark)
    {
        Dark = dark;
        Changed?.Invoke(this, EventArgs.Empty);
    }

    public void Dispose() => _self?.Dispose();

    sealed record Stored(string? Mode, bool Dark);
}
