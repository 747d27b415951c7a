using System.Runtime.InteropServices;

namespace MiniRun.Runtime.Kernel;

/// <summary>The numbers of the system calls used here, for x86-64 and for arm64 (asm-generic). From 424 on they are the same.</summary>
static class SyscallNumber
{
    static bool Arm => RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    public static int Read => Arm ? 63 : 0;
    public static int Write => Arm ? 64 : 1;
    public static int Close => Arm ? 57 : 3;
    public static int RtSigaction => Arm ? 134 : 13;
    public static int RtSigprocmask => Arm ? 135 : 14;
    public static int Ioctl => Arm ? 29 : 16;
    public static int Socket => Arm ? 198 : 41;
    public static int Execve => Arm ? 221 : 59;
    public static int ExitGroup => Arm ? 94 : 231;
    public static int Getcwd => Arm ? 17 : 79;
    public static int Chdir => Arm ? 49 : 80;
    public static int Fchdir => Arm ? 50 : 81;
    public static int Umask => Arm ? 166 : 95;
    public static int Setsid => Arm ? 157 : 112;
    public static int Setgroups => Arm ? 159 : 116;
    public static int Setresuid => Arm ? 147 : 117;
    public static int Setresgid => Arm ? 149 : 119;
    public static int Capset => Arm ? 91 : 126;
    public static int PivotRoot => Arm ? 41 : 155;
    public static int Prctl => Arm ? 167 : 157;
    public static int Chroot => Arm ? 51 : 161;
    public static int Mount => Arm ? 40 : 165;
    public static int Umount2 => Arm ? 39 : 166;
    public static int Sethostname => Arm ? 161 : 170;
    public static int Setdomainname => Arm ? 162 : 171;
    public static int Openat => Arm ? 56 : 257;
    public static int Mkdirat => Arm ? 34 : 258;
    public static int Mknodat => Arm ? 33 : 259;
    public static int Fchownat => Arm ? 54 : 260;
    public static int Fchown => Arm ? 55 : 93;
    public static int Symlinkat => Arm ? 36 : 266;
    public static int Unshare => Arm ? 97 : 272;
    public static int Dup3 => Arm ? 24 : 292;
    public static int Prlimit64 => Arm ? 261 : 302;
    public static int Setns => Arm ? 268 : 308;
    public static int Seccomp => Arm ? 277 : 317;
    public static int PidfdSendSignal => 424;
    public static int OpenTree => 428;
    public static int MoveMount => 429;
    public static int Fsopen => 430;
    public static int Fsconfig => 431;
    public static int Fsmount => 432;
    public static int PidfdOpen => 434;
    public static int Clone3 => 435;
    public static int CloseRange => 436;
    public static int Openat2 => 437;
    public static int MountSetattr => 442;
}
