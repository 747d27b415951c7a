using System.Globalization;
using System.Security.Cryptography;

namespace MiniRun.Runtime.Engine;

/// <summary>Names for containers that were given none.</summary>
static class GeneratedName
{
    static readonly string[] Qualities =
        ["amber", "brisk", "calm", "clever", "coral", "eager", "fresh", "gentle", "golden", "keen", "lively", "lunar", "mellow", "nimble", "polar", "quiet", "rapid", "silver", "sunny", "vivid"];

    static readonly string[] Animals =
        ["badger", "beaver", "crane", "falcon", "finch", "fox", "heron", "ibex", "lynx", "marten", "otter", "owl", "panda", "puffin", "raven", "seal", "stork", "swift", "tern", "wren"];

    /// <summary>"quiet-otter"; with a number once that is taken.</summary>
    public static string Choose(Func<string, bool> isTaken)
    {
        for (var attempt = 0; ; attempt++)
        {
            var name = $"{Pick(Qualities)}-{Pick(Animals)}";
            if (attempt > 10)
            {
                name += RandomNumberGenerator.GetInt32(10_000).ToString(CultureInfo.InvariantCulture);
            }

            if (!isTaken(name))
            {
                return name;
            }
        }
    }

    static string Pick(string[] words) => words[RandomNumberGenerator.GetInt32(words.Length)];
}
