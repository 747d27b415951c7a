using Microsoft.AspNetCore.Components;
using MiniRun.Runtime.Engine;
using MiniRun.Web.Components.Containers;

namespace MiniRun.Web.Components.Pages;

public sealed partial class CreateContainerPage
{
    static readonly string[] Fields = ["name", "image", "command", "memory", "cpus", "pids", "environment"];

    readonly ContainerDraft _draft = new();
    readonly Dictionary<string, string> _errors = [];
    string? _error;
    string? _busy;

    [Inject]
    ContainerActs Acts { get; set; } = null!;

    [Inject]
    NavigationManager Navigation { get; set; } = null!;

    protected override void OnInitialized() => _draft.Image = Acts.Images is [var first, ..] ? first : "base";

    string? Error(string field) => _errors.GetValueOrDefault(field);

    /// <summary>A sentence about what was there before would only mislead.</summary>
    void Typed(params ReadOnlySpan<string> fields)
    {
        foreach (var field in fields)
        {
            _errors.Remove(field);
        }
    }

    async Task SubmitAsync(bool start)
    {
        _error = null;
        _errors.Clear();
        if (_busy is not null || _draft.ToRequest(_errors) is not { } request)
        {
            return;
        }

        _busy = "Creating…";
        try
        {
            var container = await Acts.CreateAsync(request);
            if (start)
            {
                _busy = "Starting…";
                StateHasChanged();
                await Acts.DoAsync(container, ContainerAct.Start);
            }

            // Also when the start failed: the container exists, and its page says why.
            Navigation.NavigateTo($"/containers/{container.Name}");
        }
        catch (EngineException e) when (e.Field is { } field && Fields.Contains(field))
        {
            _errors[field] = e.Message;
        }
        catch (EngineException e)
        {
            _error = ContainerText.Error(e);
        }
        finally
        {
            _busy = null;
        }
    }
}
