namespace MiniRun.Runtime.Verbs;

static class MonitorVerb
{
    public static int Run(Arguments arguments) => arguments.Required("--id").Length;
}
