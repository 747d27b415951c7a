using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox;

namespace MiniRun.Runtime.Demos;

/// <summary>Gives a demonstration in this process, which needs one managed thread as every launch does.</summary>
static class Demo
{
    /// <summary>Bits of capabilities(7).</summary>
    const ulong ChangeRoot = 1UL << 18;
    const ulong Administrate = 1UL << 21;

    /// <summary>Tells everything there is to tell; whatever happens, nothing of it is left behind.</summary>
    /// <exception cref="DemoException">There is no such demonstration, or this host cannot give it.</exception>
    public static void Give(string name, Narrator narrator)
    {
        var demo = DemoCatalogue.Find(name) ?? throw new DemoException($"{name}: is no demonstration; there are {DemoCatalogue.Names}.");
        if ((~OwnCapabilities.Permitted() & (ChangeRoot | Administrate)) != 0)
        {
            throw new DemoException($"The demonstration {name} makes namespaces and needs root (CAP_SYS_ADMIN and CAP_SYS_CHROOT); run it with sudo.");
        }

        Launcher.RequireOneThread();
        // A reader that goes away is an error of the next line, so that there is time to clean up.
        Signals.Ignore(Signals.Pipe);
        narrator.Say(demo.Purpose);
        switch (name)
        {
            case DemoCatalogue.ForkAndClone:
                new ForkAndCloneDemo(narrator).Give();
                break;
            case DemoCatalogue.PidNamespace:
                new PidNamespaceDemo(narrator).Give();
                break;
            case DemoCatalogue.Chroot:
                new ChrootDemo(narrator).Give();
                break;
            default:
                CgroupDemo.Give(narrator, CgroupLayout.Detect());
                break;
        }
    }
}
