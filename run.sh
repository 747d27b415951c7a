#!/usr/bin/env bash
# Installs what is missing, builds, starts the panel and prints a link that signs a browser in.
# usage: sudo ./run.sh [--foreground | --stop]
# Environment: MINIRUN_HOME, MINIRUN_RUN, MINIRUN_CERTS, MINIRUN_HTTP_PORT, MINIRUN_HTTPS_PORT, MINIRUN_RUNTIME.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
cd "$here"
source scripts/packages.sh

mode=${1:-start}
if [[ $# -gt 1 || ! $mode =~ ^(start|--foreground|--stop)$ ]]; then
  sed -n '2,4s/^# //p' "$0" >&2
  exit 2
fi
if ((EUID != 0)); then
  echo "The panel makes containers, so it needs root: sudo ./run.sh" >&2
  exit 1
fi

export MINIRUN_HOME=${MINIRUN_HOME:-/var/lib/minirun}
export MINIRUN_RUN=${MINIRUN_RUN:-/run/minirun}
export MINIRUN_CERTS=${MINIRUN_CERTS:-$here/certs}
export MINIRUN_HTTP_PORT=${MINIRUN_HTTP_PORT:-8080}
export MINIRUN_HTTPS_PORT=${MINIRUN_HTTPS_PORT:-8443}
export MINIRUN_RUNTIME=${MINIRUN_RUNTIME:-$here/artifacts/bin/minirun-runtime}
panel=$here/artifacts/panel/MiniRun.Web
pid_file=$MINIRUN_RUN/panel.pid
log=$MINIRUN_HOME/panel.log

# The panel's pid, if the process of that number still is our panel: numbers are given again.
running() {
  local pid exe
  pid=$(cat "$pid_file" 2>/dev/null) || return 1
  exe=$(readlink "/proc/$pid/exe") || return 1
  # A panel whose files were built anew goes on under its old, deleted ones.
  [[ ${exe% (deleted)} == "$panel" ]] && echo "$pid"
}

healthy() { curl -fsS -o /dev/null --max-time 2 "http://127.0.0.1:$MINIRUN_HTTP_PORT/health" 2>/dev/null; }

# Only this one process: its containers belong to their monitors and go on.
stop() {
  local pid
  if ! pid=$(running); then
    echo "The panel is not running."
    return
  fi
  kill -TERM "$pid"
  for _ in {1..100}; do
    running >/dev/null || break
    sleep 0.1
  done
  running >/dev/null && kill -KILL "$pid"
  rm -f "$pid_file"
  echo "The panel has stopped; containers go on."
}

print_link() { artifacts/bin/minirun setup-url; }

mkdir -p "$MINIRUN_HOME" "$MINIRUN_RUN"
chmod 700 "$MINIRUN_HOME"
# Two starts at once would race for the ports; the panel must not inherit the lock.
exec 9>"$MINIRUN_RUN/run.lock"
flock 9

if [[ $mode == --stop ]]; then
  stop
  exit
fi
if pid=$(running); then
  echo "The panel is running already (process $pid); ./run.sh --stop ends it. A fresh link:"
  print_link
  exit
fi

require_dotnet
install_packages busybox-static nftables iproute2 openssl ca-certificates curl
install_icu
./build.sh

# The panel's own start-up wants the runtime that dotnet has, wherever that lies.
export DOTNET_ROOT=${DOTNET_ROOT:-$(dirname "$(readlink -f "$(command -v dotnet)")")}
if [[ $mode == --foreground ]]; then
  echo $$ >"$pid_file"
  exec "$panel" 9>&-
fi

(umask 077 && touch "$log")
setsid "$panel" >>"$log" 2>&1 </dev/null 9>&- &
pid=$!
echo "$pid" >"$pid_file"
for _ in {1..300}; do
  healthy && break
  if ! kill -0 "$pid" 2>/dev/null; then
    tail -n 20 "$log" >&2
    echo "The panel did not start; its whole output is in $log." >&2
    rm -f "$pid_file"
    exit 1
  fi
  sleep 0.1
done
if ! healthy; then
  echo "The panel (process $pid) does not answer on port $MINIRUN_HTTP_PORT; see $log." >&2
  exit 1
fi
echo "The panel listens on http://localhost:$MINIRUN_HTTP_PORT$([[ -e $MINIRUN_CERTS/minirun.crt ]] && echo " and https://localhost:$MINIRUN_HTTPS_PORT"); its output goes to $log. Sign in, once, with:"
print_link
