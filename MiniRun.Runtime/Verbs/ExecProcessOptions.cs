using System.Globalization;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Sandbox;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Verbs;

/// <summary>Which process <c>exec</c> shall start: that of a file, or the container's own with another command.</summary>
static class ExecProcessOptions
{
    public static readonly string[] Names =
    [
        "--cwd=", "--env,-e=", "--user,-u=", "--additional-gids,-g=", "--cap,-c=", "--apparmor=", "--process-label=", "--no-new-privs",
    ];

    public static ProcessSpec Read(Arguments arguments, StoredContainer container)
    {
        if (arguments.OptionalPath("--process") is { } path)
        {
            if (arguments.Words.Count > 1)
            {
                throw new UsageException($"{arguments.Words[1]}: with --process the command is the file's");
            }

            using var file = Files.OpenPath(path, Open.ReadOnly);
            var process = ProcessReader.Read(Files.ReadAll(file));
            process.Terminal |= arguments.Has("--tty");
            return process;
        }

        return Override(container.Config.Process, arguments);
    }

    static ProcessSpec Override(ProcessSpec process, Arguments arguments)
    {
        process.Arguments = arguments.Words.Count > 1 ? [.. arguments.Words.Skip(1)] : throw new UsageException("COMMAND: is missing");
        process.Terminal = arguments.Has("--tty");
        process.WorkingDirectory = arguments.Value("--cwd") is not { } folder ? process.WorkingDirectory
            : folder.StartsWith('/') ? folder : throw new UsageException("--cwd: must be an absolute path");
        foreach (var variable in arguments.Values("--env"))
        {
            process.Environment.Add(variable.IndexOf('=') > 0 ? variable : throw new UsageException($"--env: \"{variable}\" must be NAME=value"));
        }

        if (arguments.Value("--user") is { } user)
        {
            SetUser(process.User, user);
        }

        foreach (var group in arguments.Values("--additional-gids"))
        {
            process.User.AdditionalGids.Add(Id(group, "--additional-gids"));
        }

        AddCapabilities(process, arguments.Values("--cap"));
        process.AppArmorProfile = arguments.Value("--apparmor") ?? process.AppArmorProfile;
        process.SelinuxLabel = arguments.Value("--process-label") ?? process.SelinuxLabel;
        process.NoNewPrivileges |= arguments.Has("--no-new-privs");
        return process;
    }

    /// <summary>Numbers only, and all of them: a name or half a number must never become root (CVE-2026-30892).</summary>
    static void SetUser(UserSpec user, string text)
    {
        var colon = text.IndexOf(':');
        user.Uid = Id(colon < 0 ? text : text[..colon], "--user");
        user.Gid = colon < 0 ? user.Gid : Id(text[(colon + 1)..], "--user");
    }

    static uint Id(string text, string option) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id < uint.MaxValue
            ? id
            : throw new UsageException($"{option}: \"{text}\" is no id; use a number from 0 to {uint.MaxValue - 1}, or UID:GID");

    static void AddCapabilities(ProcessSpec process, List<string> names)
    {
        foreach (var name in names)
        {
            var number = Capabilities.Number(name.StartsWith("CAP_", StringComparison.Ordinal) ? name : "CAP_" + name);
            var capability = number >= 0 ? 1UL << number : throw new UsageException($"--cap: \"{name}\" is no capability; use a name such as CAP_KILL");
            process.Capabilities ??= new CapabilitySpec();
            process.Capabilities.Bounding |= capability;
            process.Capabilities.Effective |= capability;
            process.Capabilities.Permitted |= capability;
        }
    }
}
