using Microsoft.JSInterop;

namespace MiniRun.Web.Components.Controls;

/// <summary>Views of the script modules hold connections: their own dispose must run before the reference goes.</summary>
static class ViewReference
{
    public static async ValueTask DisposeViewAsync(this IJSObjectReference? view)
    {
        if (view is not null)
        {
            await view.InvokeVoidAsync("dispose");
            await view.DisposeAsync();
        }
    }
}
