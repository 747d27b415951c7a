using MudBlazor;

namespace MiniRun.Web.Components.Layout;

/// <summary>The colours of MudBlazor's parts. wwwroot/css/app.css has the same ones for everything else.</summary>
static class PanelTheme
{
    public static MudTheme Theme { get; } = new()
    {
        PaletteLight = new PaletteLight
        {
            Primary = "#1d4ed8",
            Secondary = "#56627a",
            Background = "#f4f6fa",
            Surface = "#ffffff",
            AppbarBackground = "#ffffff",
            AppbarText = "#182033",
            TextPrimary = "#182033",
            TextSecondary = "#56627a",
            ActionDefault = "#475369",
            LinesDefault = "#dfe4ee",
            LinesInputs = "#b3bdcf",
            TableLines = "#dfe4ee",
            Divider = "#dfe4ee",
            Success = "#15803d",
            Warning = "#b45309",
            Error = "#c62828",
            Info = "#1d4ed8",
        },
        PaletteDark = new PaletteDark
        {
            Primary = "#7ea6ff",
            PrimaryContrastText = "#0b1433",
            Secondary = "#9fabc2",
            Background = "#0d1220",
            BackgroundGray = "#0d1220",
            Surface = "#151c2e",
            AppbarBackground = "#151c2e",
            AppbarText = "#e6ebf5",
            TextPrimary = "#e6ebf5",
            TextSecondary = "#9fabc2",
            ActionDefault = "#b4bfd3",
            LinesDefault = "#28324a",
            LinesInputs = "#4a5878",
            TableLines = "#28324a",
            Divider = "#28324a",
            Success = "#4ade80",
            SuccessContrastText = "#06210f",
            Warning = "#f6c469",
            WarningContrastText = "#2b1d04",
            Error = "#ff8a85",
            ErrorContrastText = "#360c0b",
            Info = "#7ea6ff",
            InfoContrastText = "#0b1433",
        },
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "8px", AppbarHeight = "56px" },
        Typography = new Typography
        {
            // The system's own fonts: the panel loads none.
            Default = new DefaultTypography { FontFamily = ["system-ui", "-apple-system", "Segoe UI", "Noto Sans", "DejaVu Sans", "sans-serif"] },
            Button = new ButtonTypography { TextTransform = "none", FontWeight = "600", LetterSpacing = "0" },
        },
    };
}
