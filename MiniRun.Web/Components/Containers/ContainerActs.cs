using MiniRun.Runtime.Engine;
using MudBlazor;

namespace MiniRun.Web.Components.Containers;

/// <summary>Carries out what a person asks for in one browser tab: confirms it, shows what is under way, says what went wrong.</summary>
sealed class ContainerActs(IContainerEngine engine, ISnackbar snackbar, IDialogService dialogs)
{
    // Only the circuit's own thread comes here.
    readonly Dictionary<string, ContainerAct> _busy = [];

    public event EventHandler? Changed;

    public IReadOnlyList<string> Images => engine.Images;

    public HostReport Host => engine.Host;

    /// <summary>The act that is under way for a container.</summary>
    public ContainerAct? Busy(string id) => _busy.TryGetValue(id, out var act) ? act : null;

    /// <summary>Whether the state allows the act and none is in its way. A stop may take ten seconds: that is when one wants to kill.</summary>
    public bool CanDo(Container container, ContainerAct act) => container.Status.State.Allows(act)
        && (Busy(container.Id) is not { } busy || (act is ContainerAct.Kill && busy is (ContainerAct.Stop or ContainerAct.Restart)));

    /// <summary>Asks first where something is lost. False when it was not done.</summary>
    public async Task<bool> DoAsync(Container container, ContainerAct act)
    {
        if (!CanDo(container, act) || !await ConfirmedAsync(container, act))
        {
            return false;
        }

        _busy[container.Id] = act;
        Changed?.Invoke(this, EventArgs.Empty);
        try
        {
            await RunAsync(container, act);
            return true;
        }
        catch (EngineException e)
        {
            snackbar.Add(ContainerText.Error(e), Severity.Error);
            return false;
        }
        finally
        {
            _busy.Remove(container.Id);
            Changed?.Invoke(this, EventArgs.Empty);
        }
    }

    /// <exception cref="EngineException">For the form to show at the field.</exception>
    public Task<Container> CreateAsync(ContainerRequest request) => engine.CreateAsync(request, CancellationToken.None);

    /// <exception cref="EngineException">For the form to show at the field.</exception>
    public Task<Container> UpdateAsync(Container container, ContainerPatch patch) =>
        engine.UpdateAsync(container.Id, patch, container.Definition.Revision, CancellationToken.None);

    // An act goes on when the tab is closed: half a stop would help nobody.
    Task RunAsync(Container container, ContainerAct act) => act switch
    {
        ContainerAct.Start => engine.StartAsync(container.Id, CancellationToken.None),
        ContainerAct.Stop => engine.StopAsync(container.Id, grace: null, CancellationToken.None),
        ContainerAct.Restart => engine.RestartAsync(container.Id, grace: null, CancellationToken.None),
        ContainerAct.Kill => engine.KillAsync(container.Id, signal: null, CancellationToken.None),
        _ => engine.DeleteAsync(container.Id, force: container.Status.IsAlive, expectedRevision: null, CancellationToken.None),
    };

    async Task<bool> ConfirmedAsync(Container container, ContainerAct act)
    {
        if (Confirmation.For(container, act) is not { } confirmation)
        {
            return true;
        }

        var parameters = new DialogParameters<ConfirmDialog> { { d => d.Confirmation, confirmation } };
        var dialog = await dialogs.ShowAsync<ConfirmDialog>(confirmation.Title, parameters);
        return await dialog.Result is { Canceled: false };
    }
}
