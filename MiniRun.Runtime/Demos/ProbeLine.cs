using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Demos;

/// <summary>What a probe says to a request.</summary>
/// <param name="Result">What the call returned, or the negated errno.</param>
/// <param name="Nanoseconds">How long it took.</param>
/// <param name="Text">What was read, if anything.</param>
readonly record struct ProbeAnswer(long Result, long Nanoseconds, string Text)
{
    /// <summary>Fields are divided by tabs, lines by line feeds; neither occurs in what probes read.</summary>
    public string Write() => string.Create(CultureInfo.InvariantCulture, $"{Result}\t{Nanoseconds}\t{Text}");

    public static ProbeAnswer Read(string line)
    {
        var fields = line.Split('\t', 3);
        return new ProbeAnswer(
            long.Parse(fields[0], CultureInfo.InvariantCulture), long.Parse(fields[1], CultureInfo.InvariantCulture), fields[2]);
    }
}

/// <summary>One end of a socket on which a demonstration and its probe take turns, a line each.</summary>
sealed class ProbeLine(SafeFileHandle socket) : IDisposable
{
    readonly List<byte> _received = [];

    /// <summary>The other end's next line; null when it is gone.</summary>
    public string? TryRead()
    {
        Span<byte> buffer = stackalloc byte[4096];
        int end;
        while ((end = _received.IndexOf((byte)'\n')) < 0)
        {
            int count;
            try
            {
                count = Files.Read(socket, buffer);
            }
            catch (KernelException e) when (e.Errno is Errno.ECONNRESET)
            {
                // It ended with a request unread.
                return null;
            }

            if (count == 0)
            {
                return null;
            }

            _received.AddRange(buffer[..count]);
        }

        var line = Encoding.UTF8.GetString([.. _received[..end]]);
        _received.RemoveRange(0, end + 1);
        return line;
    }

    /// <returns>False when the other end is gone.</returns>
    public bool TryWrite(string line)
    {
        try
        {
            Files.Write(socket, Encoding.UTF8.GetBytes(line + "\n"));
            return true;
        }
        catch (KernelException e) when (e.Errno is Errno.EPIPE or Errno.ECONNRESET)
        {
            return false;
        }
    }

    /// <summary>Asks for one call; null when the probe ended instead of answering.</summary>
    public ProbeAnswer? TryAsk(string request) =>
        TryWrite(request) && TryRead() is { } line ? ProbeAnswer.Read(line) : null;

    /// <exception cref="DemoException">The probe is gone.</exception>
    public ProbeAnswer Ask(string request) =>
        TryAsk(request) ?? throw new DemoException($"The process that was to do \"{request}\" has ended; somebody else may have killed it.");

    public void Dispose() => socket.Dispose();
}
