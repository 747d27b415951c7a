using MiniRun.Web.Components.Containers;
using MiniRun.Web.Components.Layout;
using MudBlazor;
using MudBlazor.Services;

namespace MiniRun.Web.Components;

/// <summary>The pages of the panel as one entry in the composition.</summary>
static class PanelComponents
{
    public static IServiceCollection AddPanelComponents(this IServiceCollection services)
    {
        services.AddRazorComponents().AddInteractiveServerComponents();
        services.AddScoped<ContainerFeed>();
        services.AddScoped<ContainerActs>();
        services.AddScoped<ContainerLog>();
        services.AddScoped<ThemeState>();
        return services.AddMudServices(static options =>
        {
            options.SnackbarConfiguration.PositionClass = Defaults.Classes.Position.BottomRight;
            options.SnackbarConfiguration.VisibleStateDuration = 6000;
            options.SnackbarConfiguration.PreventDuplicates = false;
        });
    }

    public static void MapPanelComponents(this WebApplication app) =>
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode();
}
