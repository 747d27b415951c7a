using CsCheck;
using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox;

namespace MiniRun.Runtime.Tests.Sandbox;

/// <summary>The users of an image, whose file anybody may have written (SECURITY R18).</summary>
public sealed class UserDatabaseTests : IDisposable
{
    readonly TemporaryFolder _root = new();

    public void Dispose() => _root.Dispose();

    [Theory]
    [InlineData(0, "/root")]
    [InlineData(7, "/first")]
    [InlineData(8, null)]
    [InlineData(9, null)]
    [InlineData(10, null)]
    [InlineData(11, "/home/with blank")]
    [InlineData(12, null)]
    [InlineData(4294967295, null)]
    public void The_home_is_that_of_the_first_line_that_has_one(uint uid, string? home)
    {
        _root.Write("etc/passwd", """
            root:x:0:0:root:/root:/bin/sh
            a:x:7:0::/first:/bin/sh
            b:x:7:0::/second:/bin/sh
            c:x:8:0::relative:/bin/sh
            d:x:+9:0::/plus:/bin/sh
            e:x: 10:0::/blank:/bin/sh
            f:x:11:0::/home/with blank:/bin/sh
            g:x:12:0
            h:x:99999999999:0::/big:/bin/sh
            # a comment
            """);
        Assert.Equal(home, Home(uid));
    }

    [Fact]
    public void An_image_without_users_has_no_homes()
    {
        Assert.Null(Home(0));
        Directory.CreateDirectory(_root["etc/passwd"]);
        Assert.Null(Home(0));
    }

    [Fact]
    public void A_link_leads_nowhere_but_into_the_image()
    {
        _root.Write("passwd", "root:x:0:0:root:/inside:/bin/sh\n");
        Directory.CreateDirectory(_root["etc"]);
        File.CreateSymbolicLink(_root["etc/passwd"], "/passwd");
        Assert.Equal("/inside", Home(0));
        File.Delete(_root["etc/passwd"]);
        File.CreateSymbolicLink(_root["etc/passwd"], "/../../../../../../etc/passwd");
        Assert.Null(Home(0));
        File.Delete(_root["etc/passwd"]);
        File.CreateSymbolicLink(_root["etc/passwd"], "passwd");
        Assert.Null(Home(0));
    }

    [Fact]
    public void What_is_too_long_is_not_read()
    {
        _root.Write("etc/passwd", $"{new string('a', 5000)}:x:0:0::/long:/bin/sh\nroot:x:0:0::/short:/bin/sh\n");
        Assert.Equal("/short", Home(0));
        _root.Write("etc/passwd", "root:x:0:0::/root:/bin/sh\n" + new string('\n', 2 << 20));
        Assert.Null(Home(0));
    }

    [Fact]
    public void A_pipe_that_nobody_writes_to_holds_nobody_up()
    {
        Directory.CreateDirectory(_root["etc"]);
        using var folder = Folder.Open(_root["etc"]);
        folder.MakeFifo("passwd");
        Assert.Null(Home(0));
    }

    [Fact]
    public void Any_bytes_are_a_home_or_none()
    {
        Directory.CreateDirectory(_root["etc"]);
        Gen.Byte.Array[0, 200].Sample(
            bytes =>
            {
                File.WriteAllBytes(_root["etc/passwd"], bytes);
                Assert.True(Home(0) is null or ['/', ..]);
            },
            iter: 200,
            threads: 1);
    }

    string? Home(uint uid)
    {
        using SafeFileHandle root = Files.OpenPath(_root.Path, Open.Path | Files.Directory);
        return UserDatabase.HomeOf(root, uid);
    }
}
