using System.Text.Json;

namespace MiniRun.Runtime.Spec;

/// <summary>The document that <c>minirun-runtime features</c> prints (features.md, features-linux.md): what the runtime knows,
/// whatever the host has of it.</summary>
static class FeaturesDocument
{
    /// <returns>UTF-8, indented.</returns>
    public static byte[] Write(RuntimeFeatures features)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("ociVersionMin", ConfigReader.OldestVersion);
            json.WriteString("ociVersionMax", ConfigReader.NewestVersion);
            json.WriteStrings("hooks", ConfigReader.HookNames);
            json.WriteStrings("mountOptions", features.MountOptions);
            WriteLinux(json, features);
            json.WriteStartObject("annotations");
            foreach (var (key, value) in features.Annotations)
            {
                json.WriteString(key, value);
            }

            json.WriteEndObject();
            json.WriteStrings("potentiallyUnsafeConfigAnnotations", features.UnsafeAnnotations);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    static void WriteLinux(Utf8JsonWriter json, RuntimeFeatures features)
    {
        json.WriteStartObject("linux");
        json.WriteStrings("namespaces", ConfigReader.NamespaceTypes);
        json.WriteStrings("capabilities", Capabilities.All.ToArray());
        json.WriteStartObject("cgroup");
        json.WriteBoolean("v1", true);
        json.WriteBoolean("v2", true);
        json.WriteBoolean("systemd", features.Systemd);
        json.WriteBoolean("systemdUser", features.SystemdUser);
        json.WriteBoolean("rdma", true);
        json.WriteEndObject();
        json.WriteStartObject("seccomp");
        json.WriteBoolean("enabled", true);
        json.WriteStrings("actions", SeccompReader.Actions);
        json.WriteStrings("operators", SeccompReader.Operators);
        json.WriteStrings("archs", features.SeccompArchitectures);
        json.WriteStrings("knownFlags", SeccompReader.Flags);
        json.WriteStrings("supportedFlags", features.SeccompFlags);
        json.WriteEndObject();
        WriteEnabled(json, "apparmor");
        WriteEnabled(json, "selinux");
        json.WriteStartObject("memoryPolicy");
        json.WriteStrings("modes", ConfigReader.MemoryModes);
        json.WriteStrings("flags", ConfigReader.MemoryFlags);
        json.WriteEndObject();
        json.WriteStartObject("intelRdt");
        json.WriteBoolean("enabled", true);
        json.WriteBoolean("schemata", true);
        json.WriteBoolean("monitoring", true);
        json.WriteEndObject();
        json.WriteStartObject("mountExtensions");
        WriteEnabled(json, "idmap");
        json.WriteEndObject();
        WriteEnabled(json, "netDevices");
        json.WriteEndObject();
    }

    static void WriteEnabled(Utf8JsonWriter json, string name)
    {
        json.WriteStartObject(name);
        json.WriteBoolean("enabled", true);
        json.WriteEndObject();
    }
}
