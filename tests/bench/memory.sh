#!/usr/bin/env bash
# Measures what watches a running container in memory, side by side: MiniRun's monitor, conmon, containerd's shim.
# usage: sudo tests/bench/memory.sh [COUNT]     (COUNT containers of each; every one is busybox sleep)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source scripts/packages.sh
count=${1:-10}
((EUID == 0)) || { echo "Containers need root: sudo $0" >&2; exit 1; }
install_packages runc conmon containerd busybox-static python3 >/dev/null
[[ -n ${MINIRUN_RUNTIME:-} ]] || ./build.sh >/dev/null
runtime=${MINIRUN_RUNTIME:-artifacts/bin/minirun-runtime}

work=$(mktemp -d)
containers=() daemon=
cleanup() {
  local i tree
  for i in "${containers[@]}"; do kill -9 "$i" 2>/dev/null || true; done
  sleep 1
  for ((i = 1; i <= count; i++)); do
    runc --root "$work/runc" delete -f "conmon$i" 2>/dev/null || true
    ctr -a "$work/containerd.sock" task rm -f "shim$i" >/dev/null 2>&1 || true
    ctr -a "$work/containerd.sock" container rm "shim$i" >/dev/null 2>&1 || true
  done
  [[ -z $daemon ]] || { kill "$daemon" && wait "$daemon" || true; } 2>/dev/null
  for tree in /sys/fs/cgroup /sys/fs/cgroup/*; do
    rmdir "$tree"/minirun-memory/* "$tree/minirun-memory" 2>/dev/null || true
  done
  umount "$work/bin/minirun-runtime" 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT

mkdir -p "$work/bin" "$work/rootfs/bin" "$work/rootfs"/{proc,sys,dev,etc,tmp}
cp /bin/busybox "$work/rootfs/bin/"
ln -s busybox "$work/rootfs/bin/sleep"
cp "$runtime" "$work/minirun-runtime"
touch "$work/bin/minirun-runtime"
mount --bind "$work/minirun-runtime" "$work/bin/minirun-runtime"
mount -o remount,bind,ro "$work/bin/minirun-runtime"
# A page of a program's file that is not on the disk yet would count as changed.
sync

# bundle NAME CGROUP: the same container for all.
bundle() {
  mkdir -p "$work/$1"
  (cd "$work/$1" && runc spec)
  python3 - "$work/$1/config.json" "$work/rootfs" "$2" <<'PY'
import json, sys
path, root, cgroup = sys.argv[1:]
with open(path) as file:
    config = json.load(file)
config["process"].update(terminal=False, args=["/bin/sleep", "1000"], rlimits=[])
config["root"] = {"path": root, "readonly": True}
config["linux"]["cgroupsPath"] = cgroup
with open(path, "w") as file:
    json.dump(config, file)
PY
}

# As Engine/MonitorLauncher.cs starts it: a pipe as descriptor 3, no environment but PATH, a session of its own.
monitors=()
start_monitor() {
  bundle "monitor$1" "/minirun-memory/monitor$1"
  mkdir "$work/run$1"
  env -i PATH="$PATH" setsid "$work/bin/minirun-runtime" monitor --id "monitor$1" --bundle "$work/monitor$1" --run "$work/run$1" \
    --cgroup "minirun-memory/monitor$1" --ready 3 3>"$work/ready$1" </dev/null >/dev/null 2>&1 &
  monitors+=($!)
  until [[ -s $work/ready$1 ]]; do sleep 0.01; done
  containers+=("$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["pid"])' "$work/ready$1")")
}

# As podman calls it.
conmons=()
start_conmon() {
  bundle "conmon$1" "/minirun-memory/conmon$1"
  mkdir "$work/exits$1" "$work/sockets$1"
  conmon --cid "conmon$1" --cuuid "conmon$1" --name "conmon$1" --runtime "$(command -v runc)" --runtime-arg --root --runtime-arg "$work/runc" \
    --bundle "$work/conmon$1" --container-pidfile "$work/pid$1" --conmon-pidfile "$work/conmon$1.pid" --exit-dir "$work/exits$1" \
    --socket-dir-path "$work/sockets$1" --log-path "k8s-file:$work/conmon$1.log" --log-level error >/dev/null
  until [[ -s $work/pid$1 ]]; do sleep 0.01; done
  runc --root "$work/runc" start "conmon$1"
  conmons+=("$(<"$work/conmon$1.pid")")
  containers+=("$(<"$work/pid$1")")
}

cat >"$work/containerd.toml" <<TOML
version = 2
root = "$work/containerd"
state = "$work/containerd-state"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
address = "$work/containerd.sock"
TOML
containerd -c "$work/containerd.toml" >"$work/containerd.log" 2>&1 &
daemon=$!
until ctr -a "$work/containerd.sock" version >/dev/null 2>&1; do sleep 0.1; done
shims=()
start_shim() {
  ctr -a "$work/containerd.sock" run -d --rootfs --read-only --cgroup "/minirun-memory/shim$1" "$work/rootfs" "shim$1" /bin/sleep 1000
  containers+=("$(ctr -a "$work/containerd.sock" task ls | awk -v name="shim$1" '$1 == name { print $2 }')")
  shims+=("$(ps -o ppid= -p "${containers[-1]}" | tr -d ' ')")
}

# memory PID...: mean private, anonymous, proportional and resident memory of the processes, in KiB.
memory() {
  local pid
  for pid in "$@"; do cat "/proc/$pid/smaps_rollup"; done | awk -v count=$# '
    { sum[$1] += $2 }
    END { printf "%d %d %d %d", (sum["Private_Clean:"] + sum["Private_Dirty:"]) / count, sum["Anonymous:"] / count, sum["Pss:"] / count, sum["Rss:"] / count }'
}

row() { printf '%-28s %9s %11s %14s %10s\n' "$@"; }

# report TITLE MONITOR CONMON SHIM: three results of memory, and the ratios.
report() {
  local ours conmon shim
  read -ra ours <<<"$2"
  read -ra conmon <<<"$3"
  read -ra shim <<<"$4"
  echo "$1"
  row "KiB each" private anonymous proportional resident
  row "minirun-runtime monitor" "${ours[@]}"
  row "conmon" "${conmon[@]}"
  row "containerd-shim-runc-v2" "${shim[@]}"
  row "ratio to conmon" $(for i in 0 1 2 3; do awk "BEGIN { printf \"%.2f \", ${ours[i]} / ${conmon[i]} }"; done)
  row "ratio to containerd's shim" $(for i in 0 1 2 3; do awk "BEGIN { printf \"%.2f \", ${ours[i]} / ${shim[i]} }"; done)
  echo
}

start_monitor 1
start_conmon 1
start_shim 1
sleep 1
report "One container each (pages of the program's own file count as private: nobody else runs it):" \
  "$(memory "${monitors[@]}")" "$(memory "${conmons[@]}")" "$(memory "${shims[@]}")"
for ((i = 2; i <= count; i++)); do
  start_monitor "$i"
  start_conmon "$i"
  start_shim "$i"
done
sleep 1
report "$count containers each, mean of one:" "$(memory "${monitors[@]}")" "$(memory "${conmons[@]}")" "$(memory "${shims[@]}")"
threads() { ls "/proc/$1/task" | wc -l; }
echo "Threads: monitor $(threads "${monitors[0]}"), conmon $(threads "${conmons[0]}"), shim $(threads "${shims[0]}")"
