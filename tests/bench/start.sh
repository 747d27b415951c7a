#!/usr/bin/env bash
# Measures starts side by side in one run: minirun-runtime against crun and runc, and the REST API's POST start.
# usage: sudo tests/bench/start.sh [RUNS]     (whole process, busybox true, no network beyond loopback)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source scripts/packages.sh
runs=${1:-200}
((EUID == 0)) || { echo "Containers need root: sudo $0" >&2; exit 1; }
install_packages hyperfine crun runc busybox-static curl python3 >/dev/null
./build.sh >/dev/null

work=$(mktemp -d)
panel=
cleanup() {
  [[ -z $panel ]] || { kill "$panel" && wait "$panel" || true; } 2>/dev/null
  umount "$work/bin/minirun-runtime" "$work/run/bin/minirun-runtime" 2>/dev/null || true
  for tree in /sys/fs/cgroup /sys/fs/cgroup/*; do
    rmdir "$tree/minirun-bench" 2>/dev/null || true
  done
  rm -rf "$work"
}
trap cleanup EXIT

# The runtime as it is installed: on a read-only mount, so that no start has to copy it.
mkdir -p "$work/bin" "$work/rootfs/bin"
touch "$work/bin/minirun-runtime"
mount --bind artifacts/bin/minirun-runtime "$work/bin/minirun-runtime"
mount -o remount,bind,ro "$work/bin/minirun-runtime"
minirun=$work/bin/minirun-runtime
cp /bin/busybox "$work/rootfs/bin/"
mkdir -p "$work/rootfs"/{proc,sys,dev,etc,tmp}
for applet in true cat ls readlink grep sh; do ln -s busybox "$work/rootfs/bin/$applet"; done

# config COMMAND...: one config.json for all. No rlimits, because this script cannot know what the host lets be raised.
config() {
  (cd "$work" && rm -f config.json && runc spec)
  python3 - "$work/config.json" "$@" <<'PY'
import json, sys
path, command = sys.argv[1], sys.argv[2:]
with open(path) as file:
    config = json.load(file)
config["process"].update(terminal=False, args=command, rlimits=[])
config["root"]["readonly"] = False
with open(path, "w") as file:
    json.dump(config, file)
PY
}

# What a container of each runtime looks like from inside: the work that is compared must be the same work.
probe='grep -E "^(Cap|NoNew|Seccomp:)" /proc/self/status; ls /dev; for n in pid net mnt uts ipc cgroup; do readlink /proc/self/ns/$n | cut -d: -f1; done; grep -c . /proc/self/mounts; cat /proc/self/mounts | while read s d t o; do echo $d $t; done | sort'
equal_work() {
  local peer=$1
  shift
  (cd "$work" && "$minirun" run "probe$$" "${@:2}" 2>/dev/null) >"$work/ours.txt"
  (cd "$work" && "$@" run "probe$$" 2>/dev/null) >"$work/theirs.txt" || true
  if diff "$work/theirs.txt" "$work/ours.txt" >"$work/difference.txt"; then
    echo "Equal work: capabilities, seccomp, devices, namespaces and mounts of $peer and minirun-runtime are the same."
  else
    echo "Work of $peer (<) and of minirun-runtime (>) differs in:"
    sed 's/^/    /' "$work/difference.txt"
  fi
}

# pair NAME PEER-COMMAND... -- OUR-OPTIONS...: times one container of each, start to end.
pair() {
  local name=$1 peer=()
  shift
  while [[ $1 != -- ]]; do peer+=("$1") && shift; done
  shift
  config sh -c "$probe"
  equal_work "$name" "${peer[@]}" >&2
  config true
  (cd "$work" && "${peer[@]}" run check$$ && "$minirun" run check$$ "$@")
  (cd "$work" && hyperfine -N --warmup 20 --runs "$runs" --export-json "$work/$name.json" \
    "$minirun run a$$ $*" "${peer[*]} run b$$" >/dev/null 2>&1)
  python3 - "$name" "$work/$name.json" <<'PY'
import json, sys
name, path = sys.argv[1:]
ours, theirs = json.load(open(path))["results"]
row = lambda r: f'{r["mean"]*1e3:.1f} ± {r["stddev"]*1e3:.1f} (median {r["median"]*1e3:.1f}, min {r["min"]*1e3:.1f})'
print(f'{"run, busybox true":24} minirun-runtime {row(ours)} ms    {name} {row(theirs)} ms')
print(f'{"":24} ratio to {name}: mean {ours["mean"]/theirs["mean"]:.2f}, median {ours["median"]/theirs["median"]:.2f}, min {ours["min"]/theirs["min"]:.2f}')
PY
}

export -f config equal_work pair
export work minirun runs probe
# crun refuses hybrid hosts: in a mount namespace of its own the host looks unified, and both sides leave cgroups out.
unshare --mount bash -euo pipefail -c '
  mount --make-rprivate /
  umount -R /sys/fs/cgroup
  mount -t cgroup2 none /sys/fs/cgroup
  pair crun crun --cgroup-manager=disabled -- --cgroup-manager=disabled'
pair runc runc --

# POST start until the answer says running; the container sleeps, and is killed between two starts.
export MINIRUN_HOME=$work/home MINIRUN_RUN=$work/run MINIRUN_CGROUP=minirun-bench MINIRUN_HTTP_PORT=0 MINIRUN_HTTPS_PORT=0 MINIRUN_CERTS=$work
artifacts/panel/MiniRun.Web >"$work/panel.log" 2>&1 &
panel=$!
socket=$MINIRUN_RUN/minirun.sock
request() { curl -sS --fail-with-body --unix-socket "$socket" -H 'Content-Type: application/json' "$@"; }
for _ in {1..100}; do
  request http://localhost/health >/dev/null 2>&1 && break
  sleep 0.1
done
request -X POST http://localhost/containers -d '{"name":"bench","command":"/bin/sleep 1000"}' >/dev/null
for ((i = 0; i < 20 + runs; i++)); do
  request -o /dev/null -w '%{time_total}\n' -X POST http://localhost/containers/bench/start >>"$work/starts.txt"
  request -o /dev/null -X POST http://localhost/containers/bench/kill
done
request -X DELETE http://localhost/containers/bench
# The first twenty warm the panel up.
tail -n +21 "$work/starts.txt" | sort -n | awk '{ t[NR] = $1 * 1000 } END { printf "%-24s median %.1f ms, p99 %.1f ms, min %.1f ms\n", "REST POST start", t[int(NR / 2)], t[int(NR * 0.99)], t[1] }'
