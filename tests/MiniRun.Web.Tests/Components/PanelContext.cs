using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using MiniRun.Runtime.Engine;
using MiniRun.Web.Components.Containers;
using MiniRun.Web.Tests.Engine;
using MudBlazor;
using MudBlazor.Services;

namespace MiniRun.Web.Tests.Components;

/// <summary>One browser tab without a browser: the panel's services over an engine without a kernel.</summary>
public abstract class PanelContext : BunitContext, IAsyncLifetime
{
    private protected PanelContext()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddSingleton<IContainerEngine>(Engine);
        Services.AddSingleton(TimeProvider.System);
        Services.AddScoped<ContainerFeed>();
        Services.AddScoped<ContainerActs>();
        Services.AddScoped<ContainerLog>();
        Services.AddMudServices();
    }

    private protected FakeContainerEngine Engine { get; } = new();

    private protected IRenderedComponent<MudDialogProvider> Dialogs { get; private set; } = null!;

    private protected IRenderedComponent<MudSnackbarProvider> Snackbars { get; private set; } = null!;

    public ValueTask InitializeAsync()
    {
        Render<MudPopoverProvider>();
        Dialogs = Render<MudDialogProvider>();
        Snackbars = Render<MudSnackbarProvider>();
        return ValueTask.CompletedTask;
    }

    private protected Container Put(string name, ContainerStatus? status = null, bool terminal = true) => Engine.Put(new Container(
        new ContainerDefinition
        {
            Id = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(name))),
            Name = name,
            Image = "base",
            Command = ["/bin/sh", "-c", "echo hello | cat"],
            Environment = ["GREETING=hello"],
            Limits = ContainerLimits.Default,
            Terminal = terminal,
            CreatedAt = DateTimeOffset.UnixEpoch,
        },
        status ?? new ContainerStatus { State = ContainerState.Created }));

    private protected static ContainerStatus Running { get; } =
        new() { State = ContainerState.Running, Pid = 4242, StartedAt = DateTimeOffset.UnixEpoch };

    private protected static ContainerStatus Exited(int code) =>
        new() { State = ContainerState.Exited, ExitCode = code, StartedAt = DateTimeOffset.UnixEpoch, FinishedAt = DateTimeOffset.UnixEpoch };

    private protected static ContainerStatus OutOfMemory { get; } = Exited(137) with { Signal = 9, OutOfMemory = true };
}

static class Elements
{
    public static AngleSharp.Dom.IElement Row<T>(this IRenderedComponent<T> page, string name)
        where T : IComponent => page.Find($"tr[data-name='{name}']");

    public static AngleSharp.Dom.IElement Act<T>(this IRenderedComponent<T> page, string name, string act)
        where T : IComponent => page.Find($"tr[data-name='{name}'] [data-act='{act}']");
}
