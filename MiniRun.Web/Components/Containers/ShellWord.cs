using System.Buffers;

namespace MiniRun.Web.Components.Containers;

/// <summary>Quotes words for a POSIX shell, so that what the panel shows can be pasted.</summary>
static class ShellWord
{
    static readonly SearchValues<char> Plain =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:=@%+,-");

    public static string Quote(string word) =>
        word.Length > 0 && !word.AsSpan().ContainsAnyExcept(Plain) ? word : $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
