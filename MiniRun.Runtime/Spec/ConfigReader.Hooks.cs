namespace MiniRun.Runtime.Spec;

static partial class ConfigReader
{
    /// <summary>In the order in which they run.</summary>
    public static readonly string[] HookNames = ["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"];

    static HookSpecs ReadHooks(ref SpecReader json)
    {
        var hooks = new HookSpecs();
        json.EnterObject();
        while (json.NextProperty(out var name))
        {
            switch (name)
            {
                case var _ when name.SequenceEqual("prestart"u8):
                    ReadHooks(ref json, hooks.Prestart);
                    break;
                case var _ when name.SequenceEqual("createRuntime"u8):
                    ReadHooks(ref json, hooks.CreateRuntime);
                    break;
                case var _ when name.SequenceEqual("createContainer"u8):
                    ReadHooks(ref json, hooks.CreateContainer);
                    break;
                case var _ when name.SequenceEqual("startContainer"u8):
                    ReadHooks(ref json, hooks.StartContainer);
                    break;
                case var _ when name.SequenceEqual("poststart"u8):
                    ReadHooks(ref json, hooks.Poststart);
                    break;
                case var _ when name.SequenceEqual("poststop"u8):
                    ReadHooks(ref json, hooks.Poststop);
                    break;
                default:
                    json.Skip();
                    break;
            }
        }

        return hooks;
    }

    static void ReadHooks(ref SpecReader json, List<HookSpec> hooks)
    {
        json.EnterArray();
        while (json.NextItem())
        {
            hooks.Add(ReadHook(ref json));
        }
    }

    static HookSpec ReadHook(ref SpecReader json)
    {
        var path = "";
        List<string> arguments = [];
        List<string> environment = [];
        int? timeout = null;
        json.EnterObject();
        while (json.NextProperty(out var name))
        {
            if (name.SequenceEqual("path"u8))
            {
                path = ReadAbsolutePath(ref json);
            }
            else if (name.SequenceEqual("args"u8))
            {
                arguments = json.Strings();
            }
            else if (name.SequenceEqual("env"u8))
            {
                environment = ReadEnvironment(ref json);
            }
            else if (name.SequenceEqual("timeout"u8))
            {
                timeout = (int)json.Integer(1, int.MaxValue);
            }
            else
            {
                json.Skip();
            }
        }

        Require(ref json, path.Length > 0, "path", "the absolute path of a program");
        return new HookSpec(path, arguments, environment, timeout);
    }
}
