#!/usr/bin/env bash
# Measures POST start of the REST API over the unix socket, until the answer says running.
# usage: sudo tests/bench/rest.sh [RUNS]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source scripts/packages.sh
runs=${1:-200}
((EUID == 0)) || { echo "Containers need root: sudo $0" >&2; exit 1; }
install_packages busybox-static curl >/dev/null
./build.sh >/dev/null

work=$(mktemp -d)
panel=
cleanup() {
  [[ -z $panel ]] || { kill "$panel" && wait "$panel" || true; } 2>/dev/null
  umount "$work/run/bin/minirun-runtime" 2>/dev/null || true
  umount "$work/run" 2>/dev/null || true
  for tree in /sys/fs/cgroup /sys/fs/cgroup/*; do
    rmdir "$tree/minirun-bench" 2>/dev/null || true
  done
  rm -rf "$work"
}
trap cleanup EXIT

# As /run is wherever systemd is.
mkdir "$work/run"
mount -t tmpfs tmpfs "$work/run"
export MINIRUN_HOME=$work/home MINIRUN_RUN=$work/run MINIRUN_CGROUP=minirun-bench MINIRUN_HTTP_PORT=0 MINIRUN_HTTPS_PORT=0 MINIRUN_CERTS=$work
artifacts/panel/MiniRun.Web >"$work/panel.log" 2>&1 &
panel=$!
request() { curl -sS --fail-with-body --unix-socket "$MINIRUN_RUN/minirun.sock" -H 'Content-Type: application/json' "$@"; }
for _ in {1..100}; do
  request http://localhost/health >/dev/null 2>&1 && break
  sleep 0.1
done
request -X POST http://localhost/containers -d '{"name":"bench","command":"/bin/sleep 1000"}' >/dev/null
# The container sleeps, and is killed between two starts. The first twenty warm the panel up.
for ((i = 0; i < 20 + runs; i++)); do
  request -o /dev/null -w '%{time_total}\n' -X POST http://localhost/containers/bench/start >>"$work/starts.txt"
  request -o /dev/null -X POST http://localhost/containers/bench/kill
done
request -X DELETE http://localhost/containers/bench
tail -n +21 "$work/starts.txt" | sort -n |
  awk '{ t[NR] = $1 * 1000 } END { printf "REST POST start: median %.1f ms, p99 %.1f ms, min %.1f ms\n", t[int(NR / 2)], t[int(NR * 0.99)], t[1] }'
