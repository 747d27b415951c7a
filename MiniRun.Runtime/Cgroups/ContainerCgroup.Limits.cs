using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Cgroups;

sealed partial class ContainerCgroup
{
    /// <summary>Writes limits, also for a running container; null in a resource leaves what is. What the host cannot
    /// enforce becomes a warning, never silence.</summary>
    /// <param name="strict">Whether it is an error instead, unless it is no limit anyway (unlimited, zero).</param>
    /// <exception cref="CgroupException">The kernel refused a value, such as a memory limit below what is in use, or a value
    /// means nothing, or, when strict, the host cannot enforce it.</exception>
    public void SetLimits(ResourceSpec resources, bool strict = false)
    {
        var isChange = Exists() && !ReferenceEquals(resources, _madeFor);
        if (isChange)
        {
            Extend(resources);
        }

        var writer = new LimitWriter(this, strict);
        writer.Write(resources);
        if (isChange)
        {
            TellSystemd(resources, writer);
        }

        _branches.ForEach(branch => branch.IsFresh = false);
    }

    /// <summary>Its part in the hierarchy that has a controller.</summary>
    internal CgroupBranch? With(string controller) => _branches.Find(b => b.Hierarchy.Has(controller));

    /// <summary>Its part in the v2 tree.</summary>
    internal CgroupBranch? Unified => _branches.Find(b => b.IsUnified);
}
