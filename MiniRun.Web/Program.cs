using MiniRun.Web.Api;
using MiniRun.Web.Components;
using MiniRun.Web.Hosting;
using MiniRun.Web.Hubs;
using MiniRun.Web.Security;

var builder = WebApplication.CreateBuilder(new WebApplicationOptions
{
    Args = args,
    // Not the working directory: the panel may be started from anywhere.
    ContentRootPath = AppContext.BaseDirectory,
});
var options = PanelOptions.Read(builder.Configuration);

builder.AddPanelHosting(options);
builder.Services.AddEngine(options);
builder.Services.AddPanelSecurity(options);
builder.Services.AddApi();
builder.Services.AddHubs();
builder.Services.AddPanelComponents();

var app = builder.Build();

// What every request passes, in this order.
app.UseSecurityHeaders();
app.UseRequestLog();
app.UseExceptionHandler();
app.UseStatusCodePages(Problems.WriteBareStatusAsync);
app.UseMiddleware<RequestGate>();
app.UseBrowserRedirect();
app.UseShortForms();
app.UseWebSockets();
app.UseRouting();
app.UseAuthentication();
app.UseAuthorization();
app.UseRateLimiter();
app.UseAntiforgery();

// What answers it. Only what says AllowAnonymous answers strangers.
app.MapStaticAssets().AllowAnonymous();
app.MapHealth();
app.MapApi();
app.MapHubs();
app.MapPanelComponents();

await app.RunAsync();
