using MudBlazor.Services;

namespace MiniRun.Web.Components;

/// <summary>The pages of the panel as one entry in the composition.</summary>
static class PanelComponents
{
    public static IServiceCollection AddPanelComponents(this IServiceCollection services)
    {
        services.AddRazorComponents().AddInteractiveServerComponents();
        return services.AddMudServices();
    }

    public static void MapPanelComponents(this WebApplication app) =>
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode();
}
