namespace MiniRun.Runtime.Spec;

/// <summary>The state of a container as the specification has it (runtime.md, "State").</summary>
static class StateDocument
{
    /// <param name="status">creating, created, running, paused or stopped.</param>
    /// <param name="pid">In the runtime's pid namespace; 0 leaves it out.</param>
    public static byte[] Write(string ociVersion, string id, string status, int pid, string bundle, IReadOnlyDictionary<string, string> annotations)
    {
        var state = new FlatObjectWriter().Add("ociVersion", ociVersion).Add("id", id).Add("status", status);
        if (pid > 0)
        {
            state.Add("pid", pid);
        }

        state.Add("bundle", bundle);
        if (annotations.Count > 0)
        {
            var nested = new FlatObjectWriter();
            foreach (var (key, value) in annotations)
            {
                nested.Add(key, value);
            }

            state.Add("annotations", nested);
        }

        return state.Finish();
    }
}
