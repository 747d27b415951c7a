using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Sandbox;

/// <summary>Opens the place of a mount below a root and makes what is missing on the way (SECURITY R3).</summary>
/// <remarks>
/// It walks name by name and resolves links itself, inside the root. A link that points nowhere is therefore a legal way: what it
/// names is made, inside the root. Every name is opened without following a link, so that a link that somebody puts in a
/// directory's place in the meantime is an error and no way out.
/// </remarks>
static unsafe class PlaceWalker
{
    /// <summary>PATH_MAX.</summary>
    public const int PathSize = 4096;

    /// <summary>Bytes that a walk needs for its paths.</summary>
    public const int ScratchSize = 3 * PathSize;

    /// <summary>As many as the kernel follows (path_resolution(7)).</summary>
    const int MaximumLinks = 40;

    const int FolderMode = 0b111_101_101;
    const int FileMode = 0b110_100_100;

    /// <param name="path">Relative to the root, at most PATH_MAX bytes.</param>
    /// <param name="flags">O_DIRECTORY when the place is a directory.</param>
    /// <param name="resolve">RESOLVE_NO_SYMLINKS refuses links.</param>
    /// <param name="scratch"><see cref="ScratchSize"/> bytes.</param>
    /// <returns>A descriptor opened with O_PATH, or a negated errno.</returns>
    public static long Make(int root, byte* path, ulong flags, ulong resolve, byte* scratch)
    {
        var length = Length(path);
        if (length >= PathSize)
        {
            return -(long)Errno.ENAMETOOLONG;
        }

        var walk = new Walk(root, scratch, flags, resolve);
        Copy(path, scratch, length + 1);
        var result = walk.Run();
        if (result < 0)
        {
            walk.CloseCurrent();
        }

        return result;
    }

    static int Length(byte* text)
    {
        var length = 0;
        while (text[length] != 0)
        {
            length++;
        }

        return length;
    }

    static void Copy(byte* from, byte* to, int count)
    {
        for (var i = 0; i < count; i++)
        {
            to[i] = from[i];
        }
    }

    static byte* SkipSlashes(byte* text)
    {
        while (*text == (byte)'/')
        {
            text++;
        }

        return text;
    }

    struct Walk(int root, byte* scratch, ulong lastFlags, ulong resolve)
    {
        readonly int _root = root;

        /// <summary>The directory reached so far; the root itself, or a descriptor of its own.</summary>
        int _current = root;

        /// <summary>What is left of the path, in the buffer that begins at <see cref="_restBuffer"/>.</summary>
        byte* _rest = scratch;
        byte* _restBuffer = scratch;
        byte* _targetBuffer = scratch + PathSize;

        /// <summary>The way from the root to <see cref="_current"/>, free of links.</summary>
        readonly byte* _done = scratch + (2 * PathSize);
        int _doneLength;
        int _links;

        public long Run()
        {
            while (true)
            {
                _rest = SkipSlashes(_rest);
                if (*_rest == 0)
                {
                    return _current == _root ? Reopen() : _current;
                }

                var result = Step();
                if (result < 0)
                {
                    return result;
                }
            }
        }

        public readonly void CloseCurrent()
        {
            if (_current != _root)
            {
                Syscall.Invoke(SyscallNumber.Close, (ulong)_current);
            }
        }

        long Step()
        {
            var name = _rest;
            var end = name;
            while (*end is not (0 or (byte)'/'))
            {
                end++;
            }

            var after = SkipSlashes(end);
            *end = 0;
            _rest = after;
            var length = (int)(end - name);
            if (length == 1 && name[0] == (byte)'.')
            {
                return 0;
            }

            if (length == 2 && name[0] == (byte)'.' && name[1] == (byte)'.')
            {
                return Ascend();
            }

            var link = Syscall.Invoke(SyscallNumber.Readlinkat, (ulong)_current, (ulong)name, (ulong)_targetBuffer, PathSize);
            if (link >= 0)
            {
                return Follow(after, (int)link);
            }

            var flags = *after == 0 ? lastFlags : (ulong)Files.Directory;
            var found = link == -(long)Errno.ENOENT ? Create(name, flags) : link;
            // EINVAL: it is there, and no link.
            return found is 0 or -(long)Errno.EINVAL ? Descend(name, length, flags) : found;
        }

        /// <summary>Goes on with the link's target and what is left of the path after it.</summary>
        long Follow(byte* after, int length)
        {
            if ((resolve & OpenHow.NoSymlinks) != 0 || ++_links > MaximumLinks)
            {
                return -(long)Errno.ELOOP;
            }

            var left = Length(after);
            if (length + 1 + left >= PathSize)
            {
                return -(long)Errno.ENAMETOOLONG;
            }

            _targetBuffer[length] = (byte)'/';
            Copy(after, _targetBuffer + length + 1, left + 1);
            var used = _restBuffer;
            _restBuffer = _targetBuffer;
            _targetBuffer = used;
            _rest = _restBuffer;
            if (*_rest == (byte)'/')
            {
                CloseCurrent();
                _current = _root;
                _doneLength = 0;
            }

            return 0;
        }

        readonly long Create(byte* name, ulong flags)
        {
            if ((flags & (ulong)Files.Directory) != 0)
            {
                return Made(Syscall.Invoke(SyscallNumber.Mkdirat, (ulong)_current, (ulong)name, FolderMode));
            }

            const Open New = Kernel.Open.Create | Kernel.Open.Exclusive | Kernel.Open.CloseOnExec;
            var file = Syscall.Invoke(SyscallNumber.Openat, (ulong)_current, (ulong)name, (ulong)(New | Files.NoFollow), FileMode);
            if (file >= 0)
            {
                Syscall.Invoke(SyscallNumber.Close, (ulong)file);
            }

            return Made(file);
        }

        /// <summary>Somebody else may have been faster; what is there now is looked at when it is opened.</summary>
        static long Made(long result) => result is >= 0 or -(long)Errno.EEXIST ? 0 : result;

        long Descend(byte* name, int length, ulong flags)
        {
            if (_doneLength + 1 + length >= PathSize)
            {
                return -(long)Errno.ENAMETOOLONG;
            }

            var next = OpenHere(_current, name, flags, OpenHow.Beneath);
            if (next < 0)
            {
                return next;
            }

            _done[_doneLength++] = (byte)'/';
            Copy(name, _done + _doneLength, length);
            _doneLength += length;
            CloseCurrent();
            _current = (int)next;
            return 0;
        }

        long Ascend()
        {
            while (_doneLength > 0 && _done[--_doneLength] != (byte)'/')
            {
            }

            var above = Reopen();
            if (above < 0)
            {
                return above;
            }

            CloseCurrent();
            _current = (int)above;
            return 0;
        }

        /// <summary>Opens the way walked so far once more, from the root.</summary>
        readonly long Reopen()
        {
            var dot = stackalloc byte[2] { (byte)'.', 0 };
            _done[_doneLength] = 0;
            return OpenHere(_root, _doneLength == 0 ? dot : _done + 1, (ulong)Files.Directory, OpenHow.InRoot);
        }

        static long OpenHere(int folder, byte* path, ulong flags, ulong resolve)
        {
            var how = new OpenHow
            {
                Flags = (ulong)(Kernel.Open.Path | Kernel.Open.CloseOnExec) | flags,
                Resolve = resolve | OpenHow.NoSymlinks | OpenHow.NoMagicLinks,
            };
            return MountStep.OpenPlace((ulong)folder, (ulong)path, (ulong)(&how), (ulong)sizeof(OpenHow));
        }
    }
}
