using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using MiniRun.Runtime.Kernel;

namespace MiniRun.Runtime.Tests.Seccomp;

/// <summary>What an agent says of one call: the errno that it ends with, or that the kernel shall make it.</summary>
readonly record struct Answer(int Errno)
{
    public static Answer Continue => default;
}

/// <summary>A seccomp agent (config-linux.md, "The Container Process State"; seccomp_unotify(2)): it takes the listeners of
/// containers over a unix socket, and answers their calls.</summary>
sealed unsafe class NotifyAgent : IDisposable
{
    const ulong Receive = 0xC0502100;
    const ulong Send = 0xC0182101;
    const uint ContinueFlag = 1;

    readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    readonly Dictionary<int, Answer> _answers;
    readonly ConcurrentQueue<SafeFileHandle> _descriptors = new();
    readonly List<Thread> _threads = [];
    readonly CancellationTokenSource _end = new();
    readonly ManualResetEventSlim _goes = new(initialState: true);
    int _held = -1;

    /// <param name="answers">By the number of the call; the kernel makes those that are not there.</param>
    public NotifyAgent(string path, Dictionary<int, Answer> answers)
    {
        (Path, _answers) = (path, answers);
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen();
        Run(Accept);
    }

    public string Path { get; }

    /// <summary>What the runtime told of each process, in the order in which it did.</summary>
    public BlockingCollection<JsonElement> Processes { get; } = [];

    /// <summary>The calls that it was asked about: number and pid.</summary>
    public ConcurrentQueue<(int Number, int Pid)> Asked { get; } = new();

    /// <summary>The next process that the runtime tells of.</summary>
    public JsonElement Next()
    {
        Assert.True(Processes.TryTake(out var told, TimeSpan.FromSeconds(30)), "the agent has heard of nobody");
        return told;
    }

    /// <summary>From now on calls of a number wait for <see cref="LetGo"/>.</summary>
    public void Holds(int number)
    {
        _goes.Reset();
        Volatile.Write(ref _held, number);
    }

    public void LetGo() => _goes.Set();

    /// <summary>The agent ends, and its descriptors are closed.</summary>
    public void Dispose()
    {
        _end.Cancel();
        _goes.Set();
        _listener.Dispose();
        foreach (var thread in _threads.ToArray())
        {
            thread.Join();
        }

        foreach (var descriptor in _descriptors)
        {
            descriptor.Dispose();
        }

        _goes.Dispose();
        _end.Dispose();
    }

    void Run(Action work)
    {
        var thread = new Thread(() => work()) { IsBackground = true };
        _threads.Add(thread);
        thread.Start();
    }

    void Accept()
    {
        while (!_end.IsCancellationRequested)
        {
            Socket connection;
            try
            {
                connection = _listener.Accept();
            }
            catch (SocketException)
            {
                return;
            }

            using (connection)
            {
                connection.Blocking = true;
                using var handle = new SafeFileHandle(connection.Handle, ownsHandle: false);
                var buffer = new byte[64 * 1024];
                var length = DescriptorPassing.Receive(handle, buffer, out var descriptor);
                // One state a connection, which the runtime closes behind it.
                for (var more = length; more > 0; length += more)
                {
                    more = DescriptorPassing.Receive(handle, buffer.AsSpan(length), out _);
                }

                using var document = JsonDocument.Parse(buffer.AsMemory(0, length));
                _descriptors.Enqueue(descriptor!);
                Run(() => Decide(descriptor!));
                Processes.Add(document.RootElement.Clone());
            }
        }
    }

    void Decide(SafeFileHandle listener)
    {
        var number = Files.Number(listener);
        while (!_end.IsCancellationRequested)
        {
            var ready = Polling.Await(listener, Readiness.Readable, 50);
            if (ready.HasFlag(Readiness.HangUp))
            {
                return;
            }

            var notification = default(Notification);
            if (ready == Readiness.None || ioctl(number, Receive, &notification) != 0)
            {
                // Whoever called was killed meanwhile.
                continue;
            }

            Asked.Enqueue((notification.Number, (int)notification.Pid));
            if (notification.Number == Volatile.Read(ref _held))
            {
                _goes.Wait();
            }

            var answer = _answers.GetValueOrDefault(notification.Number);
            var response = new Response { Id = notification.Id, Error = -answer.Errno, Flags = answer.Errno == 0 ? ContinueFlag : 0 };
            _ = ioctl(number, Send, &response);
        }
    }

    /// <summary>struct seccomp_notif.</summary>
    [StructLayout(LayoutKind.Sequential)]
    struct Notification
    {
        public ulong Id;
        public uint Pid;
        public uint Flags;
        public int Number;
        public uint Architecture;
        public ulong InstructionPointer;
        public fixed ulong Arguments[6];
    }

    /// <summary>struct seccomp_notif_resp.</summary>
    [StructLayout(LayoutKind.Sequential)]
    struct Response
    {
        public ulong Id;
        public long Value;
        public int Error;
        public uint Flags;
    }

    [DllImport("libc", SetLastError = true)]
    static extern int ioctl(int descriptor, ulong request, void* argument);
}
