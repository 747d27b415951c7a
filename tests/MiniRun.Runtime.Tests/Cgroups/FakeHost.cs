using MiniRun.Runtime.Cgroups;

namespace MiniRun.Runtime.Tests.Cgroups;

/// <summary>Hierarchies in a temporary folder, where plain files stand for the kernel's. What a kernel would make with a
/// cgroup, <see cref="Make"/> makes in advance.</summary>
sealed class FakeHost : IDisposable
{
    public const string Path = "minirun/one";

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

    public static FakeHost Unified(params string[] controllers) => new([("all", true, controllers.Length > 0 ? controllers : ["cpu", "memory", "pids", "io"])]);

    public static FakeHost Hybrid() => new([
        ("unified", true, []), ("memory", false, ["memory"]), ("cpu", false, ["cpu"]), ("cpuacct", false, ["cpuacct"]), ("pids", false, ["pids"]),
        ("devices", false, ["devices"])]);

    public static FakeHost None() => new([]);

    /// <summary>One file of the container's cgroup.</summary>
    public void Make(string tree, string file, string content = "") => _place.Write($"{tree}/{Path}/{file}", content);

    public string Read(string tree, string file) => _place.Read($"{tree}/{Path}/{file}");

    public string ReadRoot(string tree, string file) => _place.Read($"{tree}/{file}");

    public void MakeRoot(string tree, string file) => _place.Write($"{tree}/{file}", "");

    public bool HasCgroup(string tree) => Directory.Exists(_place[$"{tree}/{Path}"]);

    public void MakeFolder(string tree, string folder) => Directory.CreateDirectory(_place[$"{tree}/{Path}/{folder}"]);

    public void Remove(string tree, string file) => File.Delete(_place[$"{tree}/{Path}/{file}"]);

    public ContainerCgroup Create() => ContainerCgroup.Create(Layout, Path);

    public void Dispose() => _place.Dispose();
}
