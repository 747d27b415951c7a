using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Cgroups;

sealed partial class LimitWriter
{
    const string DeviceField = "devices";
    const string DeviceFilter = "the filter on devices";
    const string AllowFile = "devices.allow";
    const string DenyFile = "devices.deny";
    const string Everything = "a";

    void WriteDevices(List<DeviceRule> rules)
    {
        if (rules.Count == 0)
        {
            return;
        }

        var effective = DeviceRules.Effective(rules);
        if (cgroup.With(DeviceField) is { IsUnified: false } legacy)
        {
            WriteLegacyDevices(legacy, LegacyDeviceList.Of(effective));
        }
        else if (cgroup.Unified is { } unified)
        {
            WriteUnifiedDevices(unified, effective);
        }
        else if (!DeviceRules.AllowEverything(effective))
        {
            Refuse(DeviceField, "no writable cgroup hierarchy has the devices controller", DeviceFilter);
        }
    }

    void WriteUnifiedDevices(CgroupBranch branch, List<(DeviceRule Rule, int Index)> effective)
    {
        var isOpen = DeviceRules.AllowEverything(effective);
        if (isOpen && branch.IsFresh)
        {
            return;
        }

        try
        {
            using var folder = branch.OpenFolder();
            using var program = isOpen ? null : Bpf.LoadDeviceFilter(DeviceProgram.Compile(effective), DeviceProgram.Name);
            Exchange(folder, program, branch.IsFresh);
        }
        catch (KernelException e) when (e.Call.StartsWith("bpf", StringComparison.Ordinal))
        {
            Refuse(DeviceField, $"the kernel refused the device filter ({e.Message})", DeviceFilter);
        }
    }

    /// <summary>Puts a filter in the place of the one before: at no moment is there none, and none stays behind. Filters of
    /// others, such as systemd's, are left alone.</summary>
    static void Exchange(Folder folder, SafeFileHandle? program, bool isFresh)
    {
        var before = isFresh ? [] : Bpf.ProgramsOf(folder);
        try
        {
            var own = before.FindAll(p => p.Name == DeviceProgram.Name);
            if (program is not null)
            {
                Bpf.AttachDeviceFilter(folder, program, own.Count > 0 ? own[0].Program : null);
            }

            foreach (var (old, _) in program is null ? own : own.Skip(1))
            {
                Bpf.DetachDeviceFilter(folder, old);
            }
        }
        finally
        {
            before.ForEach(p => p.Program.Dispose());
        }
    }

    void WriteLegacyDevices(CgroupBranch branch, LegacyDeviceList wanted)
    {
        // The runtime's own rules yield to those of the configuration.
        foreach (var index in wanted.Impossible.Where(index => index >= 0))
        {
            Refuse($"devices[{index}]", "cgroup v1 cannot except devices from a rule that is wider; list those that are meant", "this rule for devices");
        }

        var (grant, revoke) = wanted.AllowsByDefault ? (DenyFile, AllowFile) : (AllowFile, DenyFile);
        if (!branch.IsFresh && !wanted.AllowsByDefault && branch.TryRead("devices.list") is { } list && LegacyDeviceList.Parse(list) is { AllowsByDefault: false } now)
        {
            // A running program loses nothing that it keeps, not for a moment.
            WriteExceptions(branch, grant, wanted.Beyond(now));
            WriteExceptions(branch, revoke, now.Beyond(wanted));
            return;
        }

        try
        {
            branch.Write(revoke, Everything);
        }
        catch (KernelException e)
        {
            Refuse(DeviceField, $"the kernel refused \"{Everything}\" for {branch.Place}/{revoke} ({e.Errno.Name()}), since the cgroup above allows less or there are cgroups below", DeviceFilter);
            return;
        }

        WriteExceptions(branch, grant, wanted.Exceptions());
    }

    void WriteExceptions(CgroupBranch branch, string file, IEnumerable<(string Line, int Index)> exceptions)
    {
        using var handle = branch.Open(file, Open.WriteOnly);
        foreach (var (line, index) in exceptions)
        {
            try
            {
                branch.Write(handle, file, line);
            }
            catch (KernelException e) when (e.Errno is Errno.EPERM)
            {
                // A cgroup above does not have it: what every program gets is lost to nobody who had it.
                if (index >= 0)
                {
                    Refuse($"devices[{index}]", $"the cgroup above does not allow \"{line}\" itself", $"\"{line}\"");
                }
            }
        }
    }
}
