using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Sandbox;

/// <summary>The namespaces that a container does not make but joins, held open while it is launched.</summary>
sealed class JoinedNamespaces : IDisposable
{
    readonly List<SafeFileHandle> _files = [];
    readonly Dictionary<string, int> _descriptors = [];

    public IReadOnlyDictionary<string, int> Descriptors => _descriptors;

    /// <exception cref="SpecException">A path cannot be opened or is no namespace of its type.</exception>
    public static JoinedNamespaces Open(LinuxSpec linux)
    {
        var joined = new JoinedNamespaces();
        try
        {
            for (var i = 0; i < linux.Namespaces.Count; i++)
            {
                if (linux.Namespaces[i] is { Path: { } path, Type: var type })
                {
                    joined.Open(type, path, $"$.linux.namespaces[{i}].path");
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

    void Open(string type, string path, string field)
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

        _files.Add(file);
        if (NamespaceFile.TypeOf(file) != Namespaces.Flag(type))
        {
            throw new SpecException(field, $"\"{path}\" is no {type} namespace; name a file such as /proc/PID/ns/{Namespaces.File(type)}");
        }

        _descriptors[type] = Files.Number(file);
    }
}
