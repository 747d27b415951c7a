namespace MiniRun.Runtime.Tests.Spec;

/// <summary>A valid configuration in which every field of the specification for Linux is set.</summary>
static class MaximalConfig
{
    public const string Text = """
        {
          "ociVersion": "1.3.0",
          "process": {
            "terminal": true,
            "consoleSize": { "height": 40, "width": 132 },
            "user": { "uid": 1000, "gid": 100, "umask": 63, "additionalGids": [5, 27] },
            "args": ["sh", "-c", "echo hello"],
            "env": ["PATH=/usr/bin:/bin", "EMPTY="],
            "cwd": "/srv",
            "capabilities": {
              "bounding": ["CAP_AUDIT_WRITE", "CAP_KILL"], "effective": ["CAP_KILL"], "permitted": ["CAP_KILL"],
              "inheritable": ["CAP_CHOWN"], "ambient": ["CAP_KILL"]
            },
            "rlimits": [{ "type": "RLIMIT_NOFILE", "hard": 1024, "soft": 512 }, { "type": "RLIMIT_CORE", "hard": 18446744073709551615, "soft": 0 }],
            "noNewPrivileges": true,
            "oomScoreAdj": -500,
            "apparmorProfile": "profile",
            "selinuxLabel": "system_u:system_r:container_t:s0",
            "scheduler": {
              "policy": "SCHED_DEADLINE", "nice": 5, "priority": 0, "flags": ["SCHED_FLAG_RESET_ON_FORK", "SCHED_FLAG_UTIL_CLAMP_MAX"],
              "runtime": 1000000, "deadline": 2000000, "period": 3000000
            },
            "ioPriority": { "class": "IOPRIO_CLASS_BE", "priority": 4 },
            "execCPUAffinity": { "initial": "7", "final": "0-3,70" }
          },
          "root": { "path": "rootfs", "readonly": true },
          "hostname": "runc",
          "domainname": "example",
          "mounts": [
            { "destination": "proc", "type": "proc", "source": "proc" },
            {
              "destination": "/data", "type": "none", "source": "data", "options": ["rbind", "ridmap"],
              "uidMappings": [{ "containerID": 0, "hostID": 1000, "size": 1 }, { "containerID": 1, "hostID": 1, "size": 999 }],
              "gidMappings": [{ "containerID": 0, "hostID": 100, "size": 1 }]
            }
          ],
          "hooks": {
            "prestart": [{ "path": "/bin/a", "args": ["a", "b"], "env": ["A=1"], "timeout": 5 }],
            "createRuntime": [{ "path": "/bin/b" }, { "path": "/bin/b2", "timeout": 2147483647 }],
            "createContainer": [{ "path": "/bin/c", "args": [] }],
            "startContainer": [{ "path": "/bin/d" }],
            "poststart": [{ "path": "/bin/e", "env": [] }],
            "poststop": [{ "path": "/bin/f" }]
          },
          "annotations": { "org.example.made.by": "hand", "empty": "" },
          "linux": {
            "cgroupsPath": "/minirun/sample",
            "namespaces": [
              { "type": "pid", "path": "/proc/1234/ns/pid" }, { "type": "network" }, { "type": "mount" }, { "type": "ipc" },
              { "type": "uts" }, { "type": "user" }, { "type": "cgroup" }, { "type": "time", "path": "" }
            ],
            "uidMappings": [{ "containerID": 0, "hostID": 100000, "size": 65536 }],
            "gidMappings": [{ "containerID": 0, "hostID": 200000, "size": 65536 }],
            "timeOffsets": { "monotonic": { "secs": -3600, "nanosecs": 999999999 }, "boottime": { "secs": 5 } },
            "devices": [
              { "path": "/dev/fuse", "type": "c", "major": 10, "minor": 229, "fileMode": 438, "uid": 0, "gid": 7 },
              { "path": "/run/pipe", "type": "p" },
              { "path": "/dev/sda", "type": "b", "major": 8, "minor": 0 },
              { "path": "/dev/raw", "type": "u", "major": 4095, "minor": 1048575 }
            ],
            "netDevices": { "eth0": { "name": "container0" }, "eth1.100": {} },
            "resources": {
              "devices": [{ "allow": false }, { "allow": true, "type": "c", "major": 10, "minor": -1, "access": "rw" }],
              "memory": {
                "limit": 67108864, "reservation": 33554432, "swap": 134217728, "kernel": -1, "kernelTCP": 0, "swappiness": 60,
                "disableOOMKiller": false, "useHierarchy": true, "checkBeforeUpdate": true
              },
              "cpu": {
                "shares": 512, "quota": 50000, "burst": 10000, "period": 100000, "realtimeRuntime": 950000, "realtimePeriod": 1000000,
                "cpus": "0-1,3", "mems": "0", "idle": 1
              },
              "pids": { "limit": 32 },
              "blockIO": {
                "weight": 10, "leafWeight": 1000,
                "weightDevice": [{ "major": 8, "minor": 0, "weight": 500, "leafWeight": 300 }, { "major": 8, "minor": 16, "leafWeight": 20 }],
                "throttleReadBpsDevice": [{ "major": 8, "minor": 0, "rate": 600 }],
                "throttleWriteBpsDevice": [{ "major": 8, "minor": 1, "rate": 601 }],
                "throttleReadIOPSDevice": [{ "major": 8, "minor": 2, "rate": 602 }],
                "throttleWriteIOPSDevice": [{ "major": 8, "minor": 3, "rate": 18446744073709551615 }]
              },
              "hugepageLimits": [{ "pageSize": "2MB", "limit": 209715200 }, { "pageSize": "64KB", "limit": 0 }],
              "network": { "classID": 1048577, "priorities": [{ "name": "eth0", "priority": 500 }] },
              "rdma": { "mlx5_1": { "hcaHandles": 3, "hcaObjects": 10000 }, "mlx4_0": { "hcaObjects": 1000 } },
              "unified": { "memory.high": "1073741824", "io.max": "259:0 rbps=2097152\n253:0 wiops=120" }
            },
            "sysctl": { "net/ipv4/conf/eth0.100/forwarding": "1", "kernel.msgmax": "65536", "fs.mqueue.msg_max": "" },
            "seccomp": { "defaultAction": "SCMP_ACT_ALLOW" },
            "rootfsPropagation": "rslave",
            "maskedPaths": ["/proc/kcore"],
            "readonlyPaths": ["/proc/sys"],
            "mountLabel": "system_u:object_r:container_file_t:s0",
            "intelRdt": {
              "closID": "guaranteed", "schemata": ["L2:0=f"], "l3CacheSchema": "L3:0=7f0;1=1f", "memBwSchema": "MB:0=20;1=70", "enableMonitoring": true
            },
            "memoryPolicy": { "mode": "MPOL_BIND", "nodes": "2-3", "flags": ["MPOL_F_STATIC_NODES", "MPOL_F_NUMA_BALANCING"] },
            "personality": { "domain": "LINUX32", "flags": [] }
          }
        }
        """;

    public static JsonText Json { get; } = new(Text);
}
