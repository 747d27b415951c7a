namespace MiniRun.Runtime.Spec;

static partial class ConfigReader
{
    static void ReadSysctl(ref SpecReader json, Dictionary<string, string> parameters)
    {
        json.EnterObject();
        while (json.NextEntry(out var key))
        {
            var name = SysctlName.Normalize(key);
            if (SysctlName.Namespace(name) is null)
            {
                throw json.Error("is a parameter of the host; a container may set net.*, fs.mqueue.*, kernel.hostname, kernel.domainname, and of kernel.* "
                    + "msgmax, msgmnb, msgmni, sem, shmall, shmmax, shmmni and shm_rmid_forced");
            }

            if (!parameters.TryAdd(name, json.String()))
            {
                throw json.Error($"is {name}, which is set twice");
            }
        }
    }
}
