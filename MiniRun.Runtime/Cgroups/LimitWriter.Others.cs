using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Cgroups;

sealed partial class LimitWriter
{
    void WriteHugePages(List<HugePageLimit> limits)
    {
        const string What = "the limit on huge pages";
        for (var i = 0; i < limits.Count; i++)
        {
            var field = $"hugepageLimits[{i}]";
            var (size, limit) = limits[i];
            if (!IsPageSize(size))
            {
                throw new CgroupException($"{Root}{field}.pageSize", $"\"{size}\" must be a number and a unit, such as \"2MB\" or \"1GB\"");
            }

            if (Find("hugetlb", What, field) is not { } branch)
            {
                continue;
            }

            var suffix = branch.IsUnified ? "max" : "limit_in_bytes";
            if (!branch.Has($"hugetlb.{size}.{suffix}"))
            {
                Refuse(field + ".pageSize", $"this host has no huge pages of {size}", What);
                continue;
            }

            // The kernel rounds and takes no number beyond this one.
            var value = limit > long.MaxValue ? branch.IsUnified ? "max" : "-1" : Number(limit);
            Put(branch, $"hugetlb.{size}.{suffix}", value, What, field + ".limit");
            var reserved = $"hugetlb.{size}.rsvd.{suffix}";
            if (branch.Has(reserved))
            {
                Put(branch, reserved, value, What, field + ".limit");
            }
        }
    }

    static bool IsPageSize(string size)
    {
        var digits = size.AsSpan().TrimEnd("KMGB");
        return digits.Length > 0 && !digits.ContainsAnyExceptInRange('0', '9') && size[digits.Length..] is "KB" or "MB" or "GB";
    }

    void WriteNetwork(NetworkClassSpec network)
    {
        if (network.ClassId is > 0 and var id && FindLegacy("net_cls", "the network class", "network.classID") is { } classes)
        {
            Put(classes, "net_cls.classid", Number((ulong)id), "the network class", "network.classID");
        }

        if (network.Priorities.Count == 0 || FindLegacy("net_prio", "the network priority", "network.priorities") is not { } priorities)
        {
            return;
        }

        foreach (var (name, priority) in network.Priorities)
        {
            Put(priorities, "net_prio.ifpriomap", $"{name} {priority}", "the network priority", $"network.priorities.{name}");
        }
    }

    void WriteRdma(Dictionary<string, RdmaLimit> limits)
    {
        foreach (var (device, limit) in limits)
        {
            var field = "rdma." + device;
            if (Find("rdma", "the limit on RDMA", field, isLimit: limit is not { Handles: null, Objects: null }) is { } branch)
            {
                Put(branch, "rdma.max", $"{device} hca_handle={limit.Handles?.ToString() ?? "max"} hca_object={limit.Objects?.ToString() ?? "max"}", "the limit on RDMA", field);
            }
        }
    }

    void WriteUnified(Dictionary<string, string> values)
    {
        foreach (var (file, value) in values)
        {
            var field = "unified." + file;
            // Those act on processes, whichever are named: limits are what belongs here.
            if (file is "" or "." or ".." or "cgroup.procs" or "cgroup.threads" or "cgroup.kill" || file.AsSpan().ContainsAny('/', '\0'))
            {
                throw new CgroupException(Root + field, "must be the name of a file with a limit, such as \"memory.high\"");
            }

            if (cgroup.Unified is not { } branch)
            {
                Refuse(field, "this host has cgroup v1 alone, and these are files of v2", file);
                continue;
            }

            if (!branch.Has(file))
            {
                Refuse(field, WhyMissing(branch, file), file);
                continue;
            }

            // The kernel takes one line at a time.
            foreach (var line in value.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                Put(branch, file, line, file, field);
            }
        }
    }
}
