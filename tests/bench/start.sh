#!/usr/bin/env bash
# Measures starts side by side in one run: minirun-runtime against crun and runc, each as whole processes.
# usage: sudo tests/bench/start.sh [RUNS]     (busybox, one config.json for all: default seccomp profile, all namespaces but user and time)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source scripts/packages.sh
runs=${1:-200}
((EUID == 0)) || { echo "Containers need root: sudo $0" >&2; exit 1; }
install_packages crun runc busybox-static python3 jq >/dev/null
[[ -n ${MINIRUN_RUNTIME:-} ]] || ./build.sh >/dev/null
binary=${MINIRUN_RUNTIME:-artifacts/bin/minirun-runtime}

work=$(mktemp -d)
compare=$PWD/tests/bench/compare.py
cleanup() {
  umount "$work/bin/minirun-runtime" "$work/run" 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT

# The runtime as it is installed: on a read-only mount, so that no start has to copy it.
mkdir -p "$work/run" "$work/bin" "$work/rootfs/bin" "$work/rootfs"/{proc,sys,dev,etc,tmp}
# State is in memory wherever systemd is, and so it is here, for all.
mount -t tmpfs tmpfs "$work/run"
touch "$work/bin/minirun-runtime"
mount --bind "$binary" "$work/bin/minirun-runtime"
mount -o remount,bind,ro "$work/bin/minirun-runtime"
minirun=$work/bin/minirun-runtime
cp /bin/busybox "$work/rootfs/bin/"
for applet in true cat ls readlink grep sh sleep sort; do ln -s busybox "$work/rootfs/bin/$applet"; done

# words WORD...: a JSON list.
words() { python3 -c 'import json, sys; print(json.dumps(sys.argv[1:]))' "$@"; }

# bundle NAME COMMAND...: no rlimits, because this script cannot know what the host lets be raised.
bundle() {
  local name=$1
  shift
  mkdir -p "$work/$name"
  "$minirun" spec --bundle "$work/$name"
  jq --arg root "$work/rootfs" --argjson command "$(words "$@")" '.process += { terminal: false, args: $command } | del(.process.rlimits) | .root.path = $root | .ociVersion = "1.0.2"' \
    "$work/$name/config.json" >"$work/$name/new" && mv "$work/$name/new" "$work/$name/config.json"
}
bundle true /bin/true
bundle bare /bin/true
jq 'del(.linux.seccomp)' "$work/bare/config.json" >"$work/bare/new" && mv "$work/bare/new" "$work/bare/config.json"
bundle sleep /bin/sleep 1000
bundle probe /bin/sh -c 'grep -E "^(Cap|NoNew|Seccomp:)" /proc/self/status; ls /dev
  for n in pid net mnt uts ipc cgroup; do readlink /proc/self/ns/$n | cut -d: -f1; done
  while read source place type rest; do echo $place $type; done </proc/self/mounts | sort'

# equal_work NAME PEER... -- OUR-OPTIONS...: what a container of each looks like from inside; the work compared must be the same.
equal_work() {
  local name=$1 peer=()
  shift
  while [[ $1 != -- ]]; do peer+=("$1") && shift; done
  shift
  "${peer[@]}" run --bundle "$work/probe" probe </dev/null >"$work/theirs.txt"
  "$minirun" "$@" run --bundle "$work/probe" probe </dev/null >"$work/ours.txt"
  if diff "$work/theirs.txt" "$work/ours.txt" >"$work/difference.txt"; then
    echo "Equal work: capabilities, seccomp, devices, namespaces and mounts of $name and minirun-runtime are the same."
  else
    echo "Work of $name (<) and of minirun-runtime (>) differs in:"
    sed 's/^/    /' "$work/difference.txt"
  fi
}

# side TAG COMMAND...: what compare.py does for one side, for all comparisons, in $work/TAG-NAME.
side() {
  local tag=$1
  shift
  jq -n --argjson run "$(words "$@" run --bundle "$work/true" "$tag-run-{i}")" '{ timed: [$run] }' >"$work/$tag-run"
  jq -n --argjson run "$(words "$@" run --bundle "$work/bare" "$tag-bare-{i}")" '{ timed: [$run] }' >"$work/$tag-bare"
  jq -n --argjson create "$(words "$@" create --bundle "$work/true" --pid-file "$work/$tag.pid" "$tag-life-{i}")" \
    --argjson start "$(words "$@" start "$tag-life-{i}")" --argjson delete "$(words "$@" delete "$tag-life-{i}")" --arg pid "$work/$tag.pid" \
    '{ timed: [$create, $start, { reap: $pid }, $delete] }' >"$work/$tag-life"
  jq -n --argjson run "$(words "$@" run --detach --bundle "$work/sleep" "$tag-exec")" --argjson exec "$(words "$@" exec "$tag-exec" /bin/true)" \
    --argjson delete "$(words "$@" delete --force "$tag-exec")" '{ before: [$run], timed: [$exec], after: [$delete] }' >"$work/$tag-exec"
  jq '. + { at_once: 200, jobs: 8 }' "$work/$tag-run" >"$work/$tag-many"
}

# pair NAME PEER... -- OUR-OPTIONS...
pair() {
  local name=$1 peer=() what
  equal_work "$@"
  shift
  while [[ $1 != -- ]]; do peer+=("$1") && shift; done
  shift
  side ours "$minirun" --root "$work/run/ours" "$@"
  side theirs "${peer[@]}" --root "$work/run/theirs"
  for what in "run:$runs:run, /bin/true" "bare:$runs:run, /bin/true, without seccomp" "life:$runs:create + start + delete" "exec:$runs:exec /bin/true" "many:5:200 starts, 8 at a time"; do
    IFS=: read -r what count title <<<"$what"
    jq -n --slurpfile ours "$work/ours-$what" --slurpfile theirs "$work/theirs-$what" '{ ours: $ours[0], theirs: $theirs[0] }' >"$work/pair.json"
    python3 "$compare" "$name: $title" "$count" "$work/pair.json"
  done
}

export -f equal_work words side pair
export work minirun compare runs
# crun refuses hybrid hosts: in a mount namespace of its own the host looks unified, and both sides leave cgroups out.
unshare --mount bash -euo pipefail -c '
  mount --make-rprivate /
  umount -R /sys/fs/cgroup
  mount -t cgroup2 none /sys/fs/cgroup
  pair crun crun --cgroup-manager=disabled -- --cgroup-manager=disabled'
pair runc runc --
