using System.Runtime.InteropServices;
using System.Text;

namespace MiniRun.Runtime.Kernel;

/// <summary>Native memory for what system calls point to: allocated in advance, never moved, freed at once.</summary>
sealed unsafe class Arena : IDisposable
{
    const int ChunkSize = 64 * 1024;

    readonly List<nint>? _chunks;
    byte* _next;
    int _left;

    /// <summary>An arena that grows.</summary>
    public Arena() => _chunks = [];

    /// <summary>An arena of somebody else's zeroed memory, which does not grow.</summary>
    public Arena(byte* start, int size)
    {
        _next = start;
        _left = size;
    }

    /// <summary>Where the next bytes will be, in somebody else's memory.</summary>
    public byte* Next => _next;

    /// <summary>Zeroed bytes, aligned to eight.</summary>
    public byte* Allocate(int size)
    {
        var rounded = (size + 7) & ~7;
        if (rounded > _left)
        {
            if (_chunks is null)
            {
                throw new InvalidOperationException("arguments, environment and paths together need more memory than a launch has");
            }

            var chunk = Math.Max(ChunkSize, rounded);
            _next = (byte*)NativeMemory.AllocZeroed((nuint)chunk);
            _chunks.Add((nint)_next);
            _left = chunk;
        }

        var place = _next;
        _next += rounded;
        _left -= rounded;
        return place;
    }

    /// <summary>A string as the kernel reads it: UTF-8, ended by NUL.</summary>
    public byte* Text(string text)
    {
        var size = Encoding.UTF8.GetByteCount(text);
        var place = Allocate(size + 1);
        Encoding.UTF8.GetBytes(text, new Span<byte>(place, size));
        return place;
    }

    /// <summary>An array of strings ended by a null pointer, as execve takes it.</summary>
    public byte** Texts(IReadOnlyList<string> texts)
    {
        var array = (byte**)Allocate((texts.Count + 1) * sizeof(byte*));
        for (var i = 0; i < texts.Count; i++)
        {
            array[i] = Text(texts[i]);
        }

        return array;
    }

    public T* Structure<T>(T value)
        where T : unmanaged
    {
        var place = (T*)Allocate(sizeof(T));
        *place = value;
        return place;
    }

    public void Dispose()
    {
        foreach (var chunk in _chunks ?? [])
        {
            NativeMemory.Free((void*)chunk);
        }

        _chunks?.Clear();
        _left = 0;
    }
}
