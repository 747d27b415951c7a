namespace MiniRun.Runtime.Images;

/// <summary>One entry of a layer, its parents before it.</summary>
/// <param name="Path">Relative, without a leading slash.</param>
/// <param name="Mode">Permission bits with setuid, setgid and sticky.</param>
abstract record TreeEntry(string Path, int Mode);

sealed record FolderEntry(string Path, int Mode = 0b111_101_101) : TreeEntry(Path, Mode);

sealed record FileEntry(string Path, byte[] Content, int Mode = 0b110_100_100) : TreeEntry(Path, Mode);

sealed record LinkEntry(string Path, string Target) : TreeEntry(Path, 0b111_111_111);
