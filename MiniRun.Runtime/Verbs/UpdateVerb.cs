using System.Globalization;
using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Verbs;

/// <summary><c>update ID</c>: changes the limits of a container while it runs.</summary>
static class UpdateVerb
{
    public static readonly string[] Options =
    [
        "--resources,-r=", "--memory=", "--memory-reservation=", "--memory-swap=", "--cpu-period=", "--cpu-quota=", "--cpu-burst=", "--cpu-share=",
        "--cpu-shares=", "--cpu-idle=", "--cpu-rt-period=", "--cpu-rt-runtime=", "--cpuset-cpus=", "--cpuset-mems=", "--pids-limit=", "--blkio-weight=",
        "--kernel-memory=", "--kernel-memory-tcp=",
    ];

    public static int Run(GlobalOptions global, Arguments arguments)
    {
        using var container = global.OpenContainer(arguments.Positional("ID"));
        var layout = GlobalOptions.DetectCgroups();
        var status = container.Status(layout);
        if (status is ContainerStatus.Stopped or ContainerStatus.Creating)
        {
            throw new UnknownContainerException($"container \"{container.Id}\" cannot be updated: it is {status.InWords()}");
        }

        var cgroup = container.Cgroup(layout) ?? throw new UnknownContainerException($"container \"{container.Id}\" has no cgroup, so it has no limits to change");
        cgroup.SetLimits(arguments.Value("--resources") is { } path ? ReadFile(path) : ReadOptions(arguments), strict: true);
        foreach (var option in Options)
        {
            if (option.StartsWith("--kernel-memory", StringComparison.Ordinal) && arguments.Value(option[..^1]) is not null)
            {
                ErrorLog.Warn(global, $"{option[..^1]}: is ignored: kernels no longer limit their own memory apart from the rest");
            }
        }

        foreach (var warning in cgroup.Warnings)
        {
            ErrorLog.Warn(global, warning);
        }

        return 0;
    }

    /// <summary>A file, or <c>-</c> for standard input.</summary>
    static ResourceSpec ReadFile(string path)
    {
        using var file = path == "-" ? new SafeFileHandle(0, ownsHandle: false) : Files.OpenPath(path, Open.ReadOnly);
        return ResourcesReader.Read(Files.ReadAll(file));
    }

    static ResourceSpec ReadOptions(Arguments arguments)
    {
        var resources = new ResourceSpec
        {
            MemoryLimit = Bytes(arguments, "--memory"),
            MemoryReservation = Bytes(arguments, "--memory-reservation"),
            MemorySwap = Bytes(arguments, "--memory-swap"),
            CpuQuota = Number(arguments, "--cpu-quota"),
            CpuPeriod = Unsigned(arguments, "--cpu-period"),
            CpuBurst = Unsigned(arguments, "--cpu-burst"),
            CpuShares = Unsigned(arguments, "--cpu-share") ?? Unsigned(arguments, "--cpu-shares"),
            CpuIdle = Number(arguments, "--cpu-idle"),
            CpuRealtimePeriod = Unsigned(arguments, "--cpu-rt-period"),
            CpuRealtimeRuntime = Number(arguments, "--cpu-rt-runtime"),
            Cpus = arguments.Value("--cpuset-cpus"),
            MemoryNodes = arguments.Value("--cpuset-mems"),
            PidsLimit = Number(arguments, "--pids-limit"),
        };
        if (Unsigned(arguments, "--blkio-weight") is { } weight)
        {
            resources.BlockIo = new BlockIoSpec { Weight = weight };
        }

        return resources;
    }

    static long? Number(Arguments arguments, string option) => arguments.Value(option) is not { } text ? null
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= -1 ? number
        : throw new UsageException($"{option}: \"{text}\" is no whole number from -1 on");

    static ulong? Unsigned(Arguments arguments, string option) => Number(arguments, option) switch
    {
        null => null,
        >= 0 and var number => (ulong)number,
        _ => throw new UsageException($"{option}: must not be negative"),
    };

    /// <summary>Bytes, or with k, m or g at the end a multiple of 1024.</summary>
    static long? Bytes(Arguments arguments, string option)
    {
        if (arguments.Value(option) is not { Length: > 0 } text)
        {
            return null;
        }

        var shift = char.ToLowerInvariant(text[^1]) switch { 'k' => 10, 'm' => 20, 'g' => 30, _ => 0 };
        return long.TryParse(shift == 0 ? text : text[..^1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= -1 && number <= long.MaxValue >> shift
            ? number < 0 ? -1 : number << shift
            : throw new UsageException($"{option}: \"{text}\" is no size; use bytes, or a number with k, m or g, or -1 for unlimited");
    }
}
