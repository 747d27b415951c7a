using Microsoft.AspNetCore.Components;
using MiniRun.Runtime.Engine;
using MudBlazor;

namespace MiniRun.Web.Components.Containers;

/// <summary>Changes the limits of a container, live while it runs.</summary>
public sealed partial class LimitsDialog
{
    readonly Dictionary<string, string> _errors = [];
    LimitsDraft _draft = new();
    string? _error;
    bool _saving;

    [CascadingParameter]
    IMudDialogInstance Dialog { get; set; } = null!;

    /// <summary>As it was when the dialog was opened: a change made meanwhile by somebody else is not overwritten.</summary>
    [Parameter, EditorRequired]
    public Container Container { get; set; } = null!;

    [Inject]
    ContainerActs Acts { get; set; } = null!;

    protected override void OnInitialized() => _draft = LimitsDraft.Of(Container.Definition.Limits);

    async Task SaveAsync()
    {
        _error = null;
        _errors.Clear();
        var patch = _draft.Read(_errors);
        if (_errors.Count > 0)
        {
            return;
        }

        _saving = true;
        try
        {
            await Acts.UpdateAsync(Container, patch);
            Dialog.Close();
        }
        catch (EngineException e) when (e.Field is "memory" or "cpus" or "pids")
        {
            _errors[e.Field] = e.Message;
        }
        catch (EngineException e)
        {
            _error = ContainerText.Error(e);
        }
        finally
        {
            _saving = false;
        }
    }
}
