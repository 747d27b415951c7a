using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Cgroups;

/// <summary>Cgroups of one test on the machine's own hierarchies, or on some of them; gone with it.</summary>
sealed class RealHost : IDisposable
{
    readonly string _parent = $"minirun-test-{Guid.NewGuid():N}";
    readonly List<ContainerCgroup> _made = [];

    RealHost(CgroupLayout layout) => Layout = layout;

    public CgroupLayout Layout { get; }

    public string Path => _parent + "/one";

    public static RealHost Whole() => new(CgroupLayout.DetectQuickly());

    /// <summary>As if the v2 tree were all there is; on a hybrid host it has few controllers, but its filters, its freezer and
    /// its kill.</summary>
    public static RealHost UnifiedTree() => Only(line => line.Contains(" - cgroup2 ", StringComparison.Ordinal), "this host mounts no cgroup v2 tree");

    /// <summary>As if there were no v2 tree.</summary>
    public static RealHost LegacyTrees(params string[] controllers) =>
        Only(line => line.Contains(" - cgroup ", StringComparison.Ordinal) && (controllers.Length == 0 || line.Split(' ', ',').Any(controllers.Contains)), "this host mounts no cgroup v1 hierarchy");

    public ContainerCgroup Create(ResourceSpec? resources = null)
    {
        var cgroup = ContainerCgroup.Create(Layout, Path, resources, strict: _made.Count == 0);
        _made.Add(cgroup);
        if (resources is not null)
        {
            cgroup.SetLimits(resources, strict: true);
        }

        Assert.Empty(cgroup.Warnings);
        return cgroup;
    }

    public string Read(string controller, string file) => File.ReadAllText($"{Layout.For(controller)!.Path}/{Path}/{file}").Trim();

    public bool IsUnified(string controller) => Layout.For(controller)!.IsUnified;

    public void Dispose()
    {
        foreach (var cgroup in _made)
        {
            cgroup.Kill();
            Assert.True(CgroupRemoval.Await(cgroup), "processes are left in " + cgroup.Path);
        }

        Assert.True(ContainerCgroup.Find(Layout, _parent).TryRemove());
    }

    static RealHost Only(Func<string, bool> wanted, string otherwise)
    {
        var layout = CgroupLayout.Parse(string.Join('\n', File.ReadLines("/proc/self/mountinfo").Where(wanted)), path =>
            File.ReadAllText(path + "/cgroup.controllers").Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
        Assert.SkipWhen(layout.Mode is "none", otherwise);
        return new RealHost(layout);
    }
}
