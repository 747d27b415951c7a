using System.Text;

namespace MiniRun.Runtime.Kernel;

/// <summary>The layers below an overlay, as the option <c>lowerdir</c> has them: paths with colons between, a backslash before a
/// colon or backslash that belongs to a path (Documentation/filesystems/overlayfs.rst).</summary>
static class OverlayLayers
{
    /// <summary>What one option of fsconfig(2) has room for, in bytes.</summary>
    const int Room = 255;

    /// <summary>Whether an option must be split, and can be: layers of data alone ("::") have another option.</summary>
    public static bool NeedSplitting(string key, string? value) =>
        key is "lowerdir" && value is not null && Encoding.UTF8.GetByteCount(value) > Room && !value.Contains("::", StringComparison.Ordinal);

    /// <summary>The paths, the uppermost first, as the option <c>lowerdir+</c> of Linux 6.8 takes them.</summary>
    public static List<string> Split(string value)
    {
        var layers = new List<string>();
        var path = new StringBuilder();
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] == ':')
            {
                layers.Add(path.ToString());
                path.Clear();
            }
            else
            {
                i += value[i] == '\\' && i + 1 < value.Length ? 1 : 0;
                path.Append(value[i]);
            }
        }

        layers.Add(path.ToString());
        return layers;
    }

    /// <summary>All options of a filesystem as mount(2) takes them: at most 4,095 bytes, a backslash before each comma of a value.</summary>
    public static string Join(IEnumerable<(string Key, string? Value)> options) =>
        string.Join(',', options.Select(option => option.Value is { } value ? $"{option.Key}={value.Replace(",", "\\,", StringComparison.Ordinal)}" : option.Key));
}
