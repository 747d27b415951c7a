using MiniRun.Runtime.Cgroups;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Cgroups;

/// <summary>Hierarchies in a temporary folder, where plain files stand for the kernel's. What a kernel would make with a
/// cgroup, <see cref="Make"/> makes in advance.</summary>
sealed class FakeHost : IDisposable
{
    public const string Path = "minirun/one";

    static readonly (string, bool, string[])[] Legacies =
        [.. ((string[])["memory", "cpu", "cpuacct", "pids", "devices", "cpuset", "blkio", "freezer", "hugetlb", "net_cls", "net_prio", "rdma"]).Select(c => (c, false, new[] { c }))];

    readonly TemporaryFolder _place = new();

    FakeHost(IEnumerable<(string Folder, bool IsUnified, string[] Controllers)> trees)
    {
        var table = "";
        foreach (var (folder, isUnified, controllers) in trees)
        {
            Directory.CreateDirectory(_place[folder]);
            table += $"1 2 0:1 / {_place[folder]} rw - {(isUnified ? "cgroup2 cgroup2 rw" : "cgroup cgroup rw," + string.Join(',', controllers))}\n";
            if (isUnified)
            {
                _place.Write(folder + "/cgroup.controllers", string.Join(' ', controllers));
            }
        }

        Layout = CgroupLayout.Parse(table, path => File.ReadAllText(path + "/cgroup.controllers").Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    public CgroupLayout Layout { get; }

    public static FakeHost Unified(params string[] controllers) => new([("all", true, controllers.Length > 0 ? controllers : ["cpu", "memory", "pids", "io", "cpuset", "hugetlb", "rdma"])]);

    public static FakeHost Hybrid() => new([("unified", true, []), .. Legacies]);

    public static FakeHost Legacy() => new(Legacies);

    public static FakeHost None() => new([]);

    public string Place(string tree, string file = "") => _place[$"{tree}/{Path}/{file}".TrimEnd('/')];

    /// <summary>One file of the container's cgroup.</summary>
    public void Make(string tree, string file, string content = "") => _place.Write($"{tree}/{Path}/{file}", content);

    public void MakeAll(string tree, params string[] files) => Array.ForEach(files, file => Make(tree, file));

    /// <summary>A file that no value can be written to.</summary>
    public void MakeRefusing(string tree, string file)
    {
        MakeFolder(tree, "");
        File.CreateSymbolicLink(Place(tree, file), "/dev/full");
    }

    public string Read(string tree, string file) => _place.Read($"{tree}/{Path}/{file}");

    public string ReadRoot(string tree, string file) => _place.Read($"{tree}/{file}");

    public void MakeRoot(string tree, string file, string content = "") => _place.Write($"{tree}/{file}", content);

    public bool HasCgroup(string tree) => Directory.Exists(Place(tree));

    public void MakeFolder(string tree, string folder) => Directory.CreateDirectory(Place(tree, folder));

    public void Remove(string tree, string file) => File.Delete(Place(tree, file));

    public ContainerCgroup Create(ResourceSpec? resources = null, bool strict = false) => ContainerCgroup.Create(Layout, Path, resources, strict);

    /// <summary>Sets limits strictly and gives the sentence that they are refused with.</summary>
    public string Refusal(ResourceSpec resources)
    {
        var cgroup = Create(resources);
        return Assert.Throws<CgroupException>(() => cgroup.SetLimits(resources, strict: true)).Message;
    }

    /// <summary>Sets limits leniently and gives the warnings.</summary>
    public List<string> Warnings(ResourceSpec resources)
    {
        var cgroup = Create(resources);
        cgroup.SetLimits(resources);
        return cgroup.Warnings;
    }

    public void Dispose() => _place.Dispose();
}
