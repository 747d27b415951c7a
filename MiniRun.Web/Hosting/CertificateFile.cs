using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MiniRun.Web.Hosting;

/// <summary><c>minirun.crt</c> and <c>minirun.key</c> as one pair, with what tells one version of the files from the next.</summary>
sealed record CertificateFile(X509Certificate2 Certificate, SslStreamCertificateContext Context)
{
    /// <summary>The pair in a folder.</summary>
    /// <exception cref="CryptographicException">One file is damaged, or the key belongs to another certificate.</exception>
    /// <exception cref="IOException">One file cannot be read.</exception>
    public static CertificateFile Load(string folder)
    {
        var certificate = X509Certificate2.CreateFromPemFile(CertificatePath(folder), KeyPath(folder));
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(CertificatePath(folder));
        // offline: a start must not wait for a certificate authority.
        return new CertificateFile(certificate, SslStreamCertificateContext.Create(certificate, chain, offline: true));
    }

    /// <summary>Changes whenever either file does; null while one is missing.</summary>
    public static (DateTime Certificate, DateTime Key, long CertificateSize, long KeySize)? Stamp(string folder)
    {
        var certificate = new FileInfo(CertificatePath(folder));
        var key = new FileInfo(KeyPath(folder));
        return certificate.Exists && key.Exists ? (certificate.LastWriteTimeUtc, key.LastWriteTimeUtc, certificate.Length, key.Length) : null;
    }

    static string CertificatePath(string folder) => Path.Combine(folder, "minirun.crt");

    static string KeyPath(string folder) => Path.Combine(folder, "minirun.key");
}
