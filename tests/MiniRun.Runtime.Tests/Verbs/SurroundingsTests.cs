using System.Text.Json.Nodes;

namespace MiniRun.Runtime.Tests.Verbs;

/// <summary>What a container gets from its surroundings: a home, the sockets of a service manager, a keyring.</summary>
[Trait("Category", "Integration")]
public sealed class SurroundingsTests : IAsyncLifetime
{
    readonly RuntimeHost _host = new();

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData(0, "", "/root")]
    [InlineData(1000, "", "/home/someone")]
    [InlineData(1000, "HOME=", "/home/someone")]
    [InlineData(1000, "HOME=/elsewhere", "/elsewhere")]
    [InlineData(1001, "", "/")]
    public async Task The_home_is_that_of_the_images_users(int uid, string variable, string home)
    {
        var bundle = _host.Bundle("echo $HOME; tr '\\0' '\\n' < /proc/$$/environ | grep -c HOME", config =>
        {
            config["process"]!["user"] = new JsonObject { ["uid"] = uid, ["gid"] = 0 };
            config["process"]!["env"]!.AsArray().Add(variable.Length > 0 ? variable : "OTHER=1");
        });
        File.WriteAllText($"{bundle}/rootfs/etc/passwd", "root:x:0:0:root:/root:/bin/sh\nsomeone:x:1000:1000::/home/someone:/bin/sh\n");
        Assert.Equal($"{home}\n1\n", await _host.OutputAsync("run", "--bundle", bundle, _host.Id));
    }

    [Theory]
    [InlineData("mkfifo etc/passwd")]
    [InlineData("ln -s /proc/self/environ etc/passwd")]
    [InlineData("ln -s passwd etc/passwd")]
    [InlineData("mkdir etc/passwd")]
    [InlineData("truncate -s 2000000000 etc/passwd")]
    [InlineData("rm -r etc; touch etc")]
    public async Task An_image_whose_users_are_a_trap_gives_no_home(string trap)
    {
        var bundle = _host.Bundle("echo $HOME");
        using (var made = System.Diagnostics.Process.Start("/bin/sh", ["-c", $"cd {bundle}/rootfs && {trap}"]))
        {
            await made.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal("/\n", await _host.OutputAsync("run", "--bundle", bundle, _host.Id));
    }

    [Fact]
    public async Task Of_a_variable_that_is_there_twice_the_last_counts()
    {
        var bundle = _host.Bundle("tr '\\0' '\\n' < /proc/$$/environ; true", config => config["process"]!["env"] = new JsonArray("A=1", "PATH=/not/there", "AA=2", "A=3", "PATH=/bin", "HOME=/"));
        Assert.Equal("AA=2\nA=3\nPATH=/bin\nHOME=/\n", await _host.OutputAsync("run", "--bundle", bundle, _host.Id));
    }

    [Fact]
    public async Task Sockets_of_a_service_manager_come_first()
    {
        var bundle = _host.Bundle("echo $LISTEN_FDS $LISTEN_PID $LISTEN_FDNAMES; for n in 3 4 5 6 7 8; do [ -e /proc/self/fd/$n ] && echo $n; done; true");
        var outcome = await _host.RunAsync(new Call("run", "--bundle", bundle, "--preserve-fds", "1", _host.Id)
        {
            Before = "export LISTEN_FDS=2 LISTEN_FDNAMES=a:b; exec 3</etc/hostname 4</etc/hostname 5</etc/hostname 6</etc/hostname",
        });
        Assert.Equal("2 1 a:b\n3\n4\n5\n", outcome.Output);
        Assert.Equal("\n", (await _host.RunAsync(new Call("run", "--bundle", bundle, _host.Id) { Before = "export LISTEN_FDS=x" })).Output);
        Assert.Equal("--preserve-fds: descriptor 3 is not open", await _host.RefusedAsync(new Call("run", "--bundle", bundle, _host.Id) { Before = "export LISTEN_FDS=1" }));
    }

    [Fact]
    public async Task Nothing_else_of_the_callers_environment_gets_in()
    {
        var bundle = _host.Bundle("tr '\\0' '\\n' < /proc/$$/environ; true");
        Assert.Equal("PATH=/bin\nHOME=/\n", (await _host.RunAsync(new Call("run", "--bundle", bundle, _host.Id) { Before = "export SECRET=1 HOME=/callers" })).Output);
    }

    [Fact]
    public async Task A_container_has_a_session_keyring_of_its_own_unless_told_otherwise()
    {
        Assert.SkipUnless(File.Exists("/proc/keys"), "this kernel has no keyrings");
        var bundle = _host.Bundle("cat /proc/keys");
        Assert.Contains($" _ses.{_host.Id}", await _host.OutputAsync("run", "--bundle", bundle, _host.Id), StringComparison.Ordinal);
        Assert.DoesNotContain($"_ses.{_host.Id}-b", await _host.OutputAsync("run", "--no-new-keyring", "--bundle", bundle, _host.Id + "-b"), StringComparison.Ordinal);
    }
}
