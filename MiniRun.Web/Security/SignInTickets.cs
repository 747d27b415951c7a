using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace MiniRun.Web.Security;

/// <summary>Tickets that sign one browser in, once, within half an hour. Only their hashes are kept, and only in memory.</summary>
sealed class SignInTickets(TimeProvider time)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(30);

    // Issuing needs an administrator; the bound keeps a script that asks in a loop from filling the memory.
    const int Capacity = 1000;

    readonly Lock _gate = new();
    readonly Dictionary<string, DateTimeOffset> _expiryByHash = [];

    /// <summary>A new ticket; when there are too many, the oldest is void.</summary>
    public (string Ticket, DateTimeOffset ExpiresAt) Issue()
    {
        var ticket = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var expiry = time.GetUtcNow() + Lifetime;
        lock (_gate)
        {
            if (_expiryByHash.Count >= Capacity)
            {
                _expiryByHash.Remove(_expiryByHash.MinBy(static e => e.Value).Key);
            }

            _expiryByHash.Add(Hash(ticket), expiry);
        }

        return (ticket, expiry);
    }

    /// <summary>Whether the ticket was good; it is not any more.</summary>
    public bool Redeem(string ticket)
    {
        lock (_gate)
        {
            return _expiryByHash.Remove(Hash(ticket), out var expiry) && time.GetUtcNow() < expiry;
        }
    }

    static string Hash(string ticket) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(ticket)));
}
