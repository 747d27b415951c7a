using System.Buffers;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Seccomp;

/// <summary>Hands a filter's listener to the agent that decides about its calls (config-linux.md, "The Container Process State").</summary>
static class SeccompNotify
{
    /// <param name="profile">Its listenerPath is the agent's socket, its metadata goes along.</param>
    /// <param name="listener">What seccomp(2) returned; the agent gets a descriptor of its own.</param>
    /// <param name="pid">Of the process with the filter, as the host counts.</param>
    /// <param name="state">The state of the container, as JSON (runtime.md, "State").</param>
    /// <exception cref="KernelException">The agent does not listen, or not long enough.</exception>
    public static void Send(SeccompSpec profile, SafeFileHandle listener, string version, int pid, ReadOnlySpan<byte> state)
    {
        using var agent = DescriptorPassing.Connect(profile.ListenerPath);
        DescriptorPassing.Send(agent, ProcessState(version, pid, profile.ListenerMetadata, state), listener);
    }

    static ReadOnlySpan<byte> ProcessState(string version, int pid, string metadata, ReadOnlySpan<byte> state)
    {
        var buffer = new ArrayBufferWriter<byte>(512 + state.Length);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("ociVersion", version);
            json.WriteStartArray("fds");
            json.WriteStringValue("seccompFd");
            json.WriteEndArray();
            json.WriteNumber("pid", pid);
            if (metadata.Length > 0)
            {
                json.WriteString("metadata", metadata);
            }

            json.WritePropertyName("state");
            json.WriteRawValue(state);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan;
    }
}
