using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace MiniRun.Runtime.Tests.Verbs;

/// <summary>A caller that wants no number that could be another's by now gets a pidfd.</summary>
[Trait("Category", "Integration")]
public sealed class PidfdSocketTests : IAsyncLifetime
{
    readonly RuntimeHost _host = new();

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData("create")]
    [InlineData("run", "--detach")]
    public async Task It_stands_for_the_containers_first_process(params string[] verb)
    {
        using var socket = new ConsoleSocket(_host["pidfd"]);
        var accepted = socket.AcceptDescriptorAsync();
        await _host.OutputAsync([.. verb, "--bundle", _host.Bundle("sleep 1000"), "--pidfd-socket", socket.Path, _host.Id]);
        var (text, descriptor) = await accepted;
        using (descriptor)
        {
            Assert.Equal((await _host.PidAsync()).ToString(CultureInfo.InvariantCulture), text);
            Assert.Equal(text, PidOf(descriptor));
        }
    }

    [Fact]
    public async Task Of_exec_it_stands_for_the_further_process()
    {
        await _host.RunDetachedAsync("sleep 1000");
        using var socket = new ConsoleSocket(_host["pidfd"]);
        var accepted = socket.AcceptDescriptorAsync();
        await _host.OutputAsync("exec", "--detach", "--pid-file", _host["pid"], "--pidfd-socket", socket.Path, _host.Id, "sleep", "1001");
        var (text, descriptor) = await accepted;
        using (descriptor)
        {
            Assert.Equal(File.ReadAllText(_host["pid"]), text);
            Assert.Equal(text, PidOf(descriptor));
            Assert.NotEqual((await _host.PidAsync()).ToString(CultureInfo.InvariantCulture), text);
        }
    }

    /// <summary>As the kernel tells it of the descriptor itself.</summary>
    static string PidOf(SafeFileHandle descriptor) =>
        File.ReadLines($"/proc/self/fdinfo/{descriptor.DangerousGetHandle()}").Single(line => line.StartsWith("Pid:", StringComparison.Ordinal))[4..].Trim();
}
