using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Seccomp;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Verbs;

/// <summary><c>spec</c>: writes a config.json to begin with.</summary>
static class SpecVerb
{
    const string FileName = "config.json";

    public static readonly string[] Options = ["--bundle,-b=", "--rootless"];

    public static int Run(Arguments arguments)
    {
        using var bundle = Folder.Open(arguments.Path("--bundle", "."));
        var seccomp = DefaultProfile.Document();
        var document = arguments.Has("--rootless")
            ? SpecTemplate.WriteRootless(seccomp, Processes.UserId(), Processes.GroupId())
            : SpecTemplate.Write(seccomp);
        try
        {
            bundle.Write(FileName, document, Open.Create | Open.Exclusive, 0b110_100_100);
        }
        catch (KernelException e) when (e.Errno is Errno.EEXIST)
        {
            throw new UsageException($"--bundle: {bundle.Path}/{FileName} exists already; remove it or choose another folder");
        }

        return 0;
    }
}
