using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Sandbox;

/// <summary>The namespaces that a container does not make but joins, held open while it is launched.</summary>
sealed partial class JoinedNamespaces : IDisposable
{
    readonly List<SafeFileHandle> _files = [];
    readonly Dictionary<string, int> _descriptors = [];

    public IReadOnlyDictionary<string, int> Descriptors => _descriptors;

    /// <exception cref="SpecException">A path cannot be opened, is no namespace of its type, or the runtime's own where that would harm the host.</exception>
    public static JoinedNamespaces Open(RuntimeConfig config)
    {
        var joined = new JoinedNamespaces();
        try
        {
            var namespaces = config.Linux.Namespaces;
            for (var i = 0; i < namespaces.Count; i++)
            {
                if (namespaces[i] is { Path: { } path, Type: var type })
                {
                    var field = $"$.linux.namespaces[{i}].path";
                    var file = joined.Open(type, path, field);
                    if (IsOwn(type, file))
                    {
                        RefuseOwn(type, field, config);
                    }
                }
            }

            return joined;
        }
        catch
        {
            joined.Dispose();
            throw;
        }
    }

    /// <summary>Stands for the descriptors of a real launch, for a plan that is only shown.</summary>
    public static IReadOnlyDictionary<string, int> Planned(LinuxSpec linux)
    {
        var descriptors = new Dictionary<string, int>();
        foreach (var joined in linux.Namespaces)
        {
            if (joined.Path is not null)
            {
                descriptors[joined.Type] = 20 + descriptors.Count;
            }
        }

        return descriptors;
    }

    public void Dispose()
    {
        foreach (var file in _files)
        {
            file.Dispose();
        }
    }

    SafeFileHandle Open(string type, string path, string field)
    {
        var file = OpenFile(type, path, field);
        _files.Add(file);
        _descriptors[type] = Files.Number(file);
        return file;
    }

    /// <exception cref="SpecException">The path cannot be opened or is no namespace of the type.</exception>
    public static SafeFileHandle OpenFile(string type, string path, string field)
    {
        SafeFileHandle file;
        try
        {
            file = Files.OpenPath(path, Kernel.Open.ReadOnly);
        }
        catch (KernelException e)
        {
            throw new SpecException(field, $"\"{path}\" cannot be opened ({e.Errno.Describe()}); name the file of a {type} namespace, such as /proc/PID/ns/{Namespaces.File(type)}");
        }

        if (NamespaceFile.TypeOf(file) == Namespaces.Flag(type))
        {
            return file;
        }

        file.Dispose();
        throw new SpecException(field, $"\"{path}\" is no {type} namespace; name a file such as /proc/PID/ns/{Namespaces.File(type)}");
    }
}
