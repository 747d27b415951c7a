namespace MiniRun.Runtime.Kernel;

/// <summary>Operations of prctl(2).</summary>
static class Prctl
{
    public const int SetParentDeathSignal = 1;
    public const int SetDumpable = 4;
    public const int SetKeepCapabilities = 8;
    public const int DropBoundingCapability = 24;
    public const int SetNoNewPrivileges = 38;
    public const int Ambient = 47;
    public const int AmbientRaise = 2;
    public const int AmbientClear = 4;
}
