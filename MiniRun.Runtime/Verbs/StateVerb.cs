using MiniRun.Runtime.Sandbox;

namespace MiniRun.Runtime.Verbs;

/// <summary><c>state ID</c>: prints the state as the specification has it, and what callers of other runtimes read besides.</summary>
static class StateVerb
{
    public static int Run(GlobalOptions global, Arguments arguments)
    {
        using var container = global.OpenContainer(arguments.Positional("ID"));
        Standard.Print([.. ContainerReport.Of(container).Finish(), (byte)'\n']);
        return 0;
    }
}
