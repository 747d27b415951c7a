using System.Runtime.InteropServices;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Seccomp;

/// <summary>Programs of earlier starts, found by the bytes of their profiles: a profile that is known is not even read.</summary>
/// <param name="path">Of the folder, which is made when it is missing. What anybody but root could have put there is not used.</param>
/// <param name="processor">That the programs are for.</param>
sealed class SeccompCache(string path, Architecture processor)
{
    public const string DefaultPath = "/run/minirun-runtime-seccomp";

    /// <summary>How many programs are kept.</summary>
    public const int MaximumEntries = 64;

    /// <summary>The program of a profile: from the cache or, at its first use, compiled.</summary>
    /// <param name="document">The object <c>seccomp</c> of config.json, as it stands there.</param>
    /// <param name="unknown">When it was compiled, the names of calls that nobody knows.</param>
    /// <exception cref="SpecException">The profile cannot be used.</exception>
    public SeccompProgram Load(ReadOnlySpan<byte> document, out IReadOnlyList<string> unknown)
    {
        unknown = [];
        var name = SeccompCacheEntry.Name(document);
        if (TryRead(name, document) is { } known)
        {
            return known;
        }

        var program = SeccompCompiler.Compile(SeccompReader.Read(document), processor, out unknown);
        TryWrite(name, SeccompCacheEntry.Write(processor, document, program));
        return program;
    }

    SeccompProgram? TryRead(string name, ReadOnlySpan<byte> document)
    {
        try
        {
            using var folder = Folder.Open(path);
            if (!FileFacts.Of(folder.Handle).IsRootsAlone)
            {
                return null;
            }

            using var file = folder.OpenFile(name, Open.ReadOnly | Open.NonBlocking);
            var facts = FileFacts.Of(file);
            if (!facts.IsRootsAlone || !facts.IsRegular || !SeccompCacheEntry.IsPossibleSize(document, (long)facts.Size))
            {
                return null;
            }

            var bytes = GC.AllocateUninitializedArray<byte>((int)facts.Size);
            return Files.Read(file, bytes) == bytes.Length ? SeccompCacheEntry.Read(bytes, processor, document) : null;
        }
        catch (KernelException)
        {
            // Not there, or not readable: either way it is compiled again.
            return null;
        }
    }

    void TryWrite(string name, ReadOnlySpan<byte> entry)
    {
        try
        {
            using var folder = Folder.Ensure(path);
            if (!FileFacts.Of(folder.Handle).IsRootsAlone)
            {
                return;
            }

            MakeRoom(folder);
            // Two starts may write the same entry at once; each has a name of its own, and the last rename wins.
            var temporary = $"{name}.{Environment.ProcessId}";
            folder.Write(temporary, entry, Open.Create | Open.Truncate);
            folder.Rename(temporary, name);
        }
        catch (KernelException)
        {
            // A full or read-only /run costs the next start a compilation, nothing else.
        }
    }

    /// <summary>Removes the oldest entries, and with them what a start left behind that was killed while it wrote.</summary>
    static void MakeRoom(Folder folder)
    {
        var entries = folder.List();
        if (entries.Count >= MaximumEntries)
        {
            foreach (var (oldest, _) in entries.OrderBy(entry => FileFacts.Of(folder, entry.Name).Modified).Take(entries.Count - MaximumEntries + 1))
            {
                folder.Delete(oldest);
            }
        }
    }
}
