using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using MiniRun.Web.Hosting;

namespace MiniRun.Web.Security;

/// <summary>The token of this host: 256 random bits in <c>$MINIRUN_HOME/token</c>, which only root can read.</summary>
sealed class AccessToken
{
    const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    const int MinimumLength = 32;

    readonly byte[] _hash;

    /// <exception cref="InvalidDataException">The file holds no usable token.</exception>
    public AccessToken(PanelOptions options)
    {
        var path = Path.Combine(options.Home, "token");
        if (!File.Exists(path))
        {
            Create(path);
        }

        File.SetUnixFileMode(path, OwnerOnly);
        var token = File.ReadAllText(path).Trim();
        if (token.Length < MinimumLength)
        {
            throw new InvalidDataException($"{path} holds no token of {MinimumLength} characters or more; delete it, and the next start makes a new one.");
        }

        _hash = Hash(token);
    }

    /// <summary>Hashes first, so that neither length nor content shows in the time it takes.</summary>
    public bool Matches(string token) => CryptographicOperations.FixedTimeEquals(Hash(token), _hash);

    /// <summary>Under its name the file is either complete or absent.</summary>
    static void Create(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!, OwnerOnly | UnixFileMode.UserExecute);
        var temporary = path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = OwnerOnly };
        using (var file = new FileStream(temporary, options))
        {
            file.Write(Encoding.ASCII.GetBytes(Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)) + "\n"));
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path);
    }

    static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
