using System.Globalization;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Cgroups;

/// <summary>Turns resources into what the files of a cgroup's hierarchies take. Fields are named as below
/// <c>$.linux.resources</c>.</summary>
sealed partial class LimitWriter(ContainerCgroup cgroup, bool strict)
{
    const string Root = "$.linux.resources.";

    /// <exception cref="CgroupException">See <see cref="ContainerCgroup.SetLimits"/>.</exception>
    public void Write(ResourceSpec resources)
    {
        WriteMemory(resources);
        WriteCpu(resources);
        WriteCpuset(resources);
        WritePids(resources);
        if (resources.BlockIo is { } blockIo)
        {
            WriteBlockIo(blockIo);
        }

        WriteHugePages(resources.HugePageLimits);
        if (resources.Network is { } network)
        {
            WriteNetwork(network);
        }

        WriteRdma(resources.Rdma);
        WriteUnified(resources.Unified);
        WriteDevices(resources.Devices);
    }

    void WritePids(ResourceSpec resources)
    {
        const string Field = "pids.limit";
        const string What = "the limit on processes";
        if (resources.PidsLimit is not { } limit)
        {
            return;
        }

        if (Find("pids", What, Field, isLimit: limit >= 0) is { } branch)
        {
            // runtime-spec 1.3: 0 allows the first process alone, negative is unlimited.
            Put(branch, "pids.max", limit < 0 ? "max" : Number(Math.Max(limit, 1)), What, Field);
        }
    }

    /// <summary>The cgroup's part where a controller is; without one a limit is refused.</summary>
    CgroupBranch? Find(string controller, string what, string field, bool isLimit = true)
    {
        var branch = cgroup.With(controller);
        if (branch is null && isLimit)
        {
            Refuse(field, $"no writable cgroup hierarchy has the {controller} controller", what);
        }

        return branch;
    }

    /// <summary>What the host cannot do: an error when strict, a warning else.</summary>
    /// <param name="problem">Without a full stop, as the rest of the sentence "FIELD: ...".</param>
    /// <param name="what">What is not enforced then.</param>
    void Refuse(string field, string problem, string what)
    {
        if (strict)
        {
            throw new CgroupException(Root + field, $"{problem}; leave the field out, or use a host that can");
        }

        cgroup.Warnings.Add($"{char.ToUpperInvariant(problem[0])}{problem[1..]}: {what} is not enforced.");
    }

    /// <summary>Writes one value; a file that the kernel does not have is refused, unless the value is no limit.</summary>
    void Put(CgroupBranch branch, string file, string value, string what, string field)
    {
        try
        {
            branch.Write(file, value);
        }
        catch (KernelException e) when (e.Errno is Errno.ENOENT)
        {
            RefuseMissing(branch, file, value, what, field);
        }
        catch (KernelException e)
        {
            throw Refused(branch, file, value, field, e);
        }
    }

    void RefuseMissing(CgroupBranch branch, string file, string value, string what, string field)
    {
        if (value is not ("max" or "-1" or "0") && !value.StartsWith("max ", StringComparison.Ordinal))
        {
            Refuse(field, WhyMissing(branch, file), what);
        }
    }

    static string WhyMissing(CgroupBranch branch, string file)
    {
        var controller = file.Split('.')[0];
        return branch.Hierarchy.Has(controller) && branch.TryRead("cgroup.controllers") is { } given && !given.Split([' ', '\n']).Contains(controller)
            ? $"the {controller} controller does not reach {branch.Place}, perhaps because a cgroup above it has processes of its own"
            : $"the kernel has no {file} in {branch.Hierarchy.Path}";
    }

    static CgroupException Refused(CgroupBranch branch, string file, string value, string field, KernelException e) =>
        new(Root + field, $"the kernel refused \"{value}\" for {branch.Place}/{file}: {e.Errno.Name()} ({e.Errno.Describe()})", e.Errno);

    /// <summary>Writes values that the kernel checks against each other: whichever way they go, one order is refused, so that
    /// those refused are tried again after the others.</summary>
    void PutTogether(CgroupBranch branch, string what, params ReadOnlySpan<(string File, string Value, string Field)> values)
    {
        Span<bool> isDone = stackalloc bool[values.Length];
        while (true)
        {
            var progress = false;
            var refused = -1;
            KernelException? reason = null;
            for (var i = 0; i < values.Length; i++)
            {
                if (isDone[i])
                {
                    continue;
                }

                try
                {
                    branch.Write(values[i].File, values[i].Value);
                }
                catch (KernelException e) when (e.Errno is Errno.ENOENT)
                {
                    RefuseMissing(branch, values[i].File, values[i].Value, what, values[i].Field);
                }
                catch (KernelException e)
                {
                    (refused, reason) = refused < 0 ? (i, e) : (refused, reason);
                    continue;
                }

                isDone[i] = progress = true;
            }

            if (refused < 0)
            {
                return;
            }

            if (!progress)
            {
                throw Refused(branch, values[refused].File, values[refused].Value, values[refused].Field, reason!);
            }
        }
    }

    static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    static string Number(ulong value) => value.ToString(CultureInfo.InvariantCulture);
}
