# shellcheck shell=bash
# Sourced: bundles, containers and checks in the lines of the Test Anything Protocol.
# MINIRUN_RUNTIME is the runtime under test; any OCI runtime will do.

[[ -n ${MINIRUN_VM:-} ]] || {
  echo "This changes the host that it runs on: tests/vm/run ${0#"$PWD"/}" >&2
  exit 2
}
work=/tmp/vm-suite
cgroups=/sys/fs/cgroup
passed=0 failed=0
# Words that every call of the runtime has in front, such as --systemd-cgroup.
global=()
# Seconds that one check may take: a runtime must not hang, whatever it is asked.
limit=120
# Checks that were asked for by name; all without one.
selected=()

# choose_runtime: as an absolute path, because callers look for it elsewhere.
choose_runtime() {
  local wanted=${MINIRUN_RUNTIME:-$(dirname "${BASH_SOURCE[0]}")/../../artifacts/bin/minirun-runtime}
  MINIRUN_RUNTIME=$(command -v "$wanted") || {
    echo "There is no runtime '$wanted': ./build.sh, or set MINIRUN_RUNTIME." >&2
    exit 2
  }
  MINIRUN_RUNTIME=$(realpath "$MINIRUN_RUNTIME")
}

# Programs that need no libraries start several times faster here.
use_busybox() {
  local applet
  mkdir -p "$work/bin"
  for applet in awk cat cp cut find grep head ls mkdir rm rmdir sed sleep sort tail touch wc; do
    ln -sf "$(command -v busybox)" "$work/bin/$applet"
  done
  PATH=$work/bin:$PATH
}

# One root for all bundles: busybox under the names that the checks use.
make_root() {
  local applet
  mkdir -p "$work/rootfs"/{bin,dev,proc,sys,etc,tmp}
  cp "$(command -v busybox)" "$work/rootfs/bin/busybox"
  for applet in sh tr cat ls sleep dd mknod mkdir rmdir true seq head tail nproc id usleep grep cut tty mount sort wc; do
    ln -sf busybox "$work/rootfs/bin/$applet"
  done
}

runtime() {
  echo "$*" >"$work/last"
  "$MINIRUN_RUNTIME" --root "$work/state" ${global[@]+"${global[@]}"} "$@"
}

# bundle NAME SCRIPT [PART=VALUE]...: a container that runs a shell script in the cgroup /suite/NAME. Its config.json is
# runc's default, with the capabilities that the checks need to prove a denial, and no device but the usual ones. Parts:
# members of JSON objects for resources, linux, process and top, the whole; rules, after the one that denies all devices; namespaces, by
# their types; cgroup_mount, ro or rw; path, of the cgroup. (Text, because each start of jq takes longer than a container's.)
bundle() {
  local part name resources='' linux='' process='' top='' rules='' namespaces='pid mount ipc uts network cgroup' cgroup_mount=ro path=/suite/$1
  local script=$2 types='' rights='["CAP_KILL", "CAP_MKNOD", "CAP_SYS_ADMIN", "CAP_DAC_OVERRIDE", "CAP_SETUID", "CAP_SETGID", "CAP_CHOWN"]'
  for part in "${@:3}"; do
    name=${part%%=*}
    case $name in
      resources | linux | process | top | rules) printf -v "$name" '%s, %s' "${!name}" "${part#*=}" ;;
      namespaces | cgroup_mount | path) printf -v "$name" %s "${part#*=}" ;;
      *) give_up "bundle has no part '$part'" ;;
    esac
  done
  for part in $namespaces; do types+=${types:+, }"{ \"type\": \"$part\" }"; done
  script=${script//\\/\\\\} script=${script//\"/\\\"} script=${script//$'\n'/\\n}
  mkdir -p "$work/bundles/$1"
  cat >"$work/bundles/$1/config.json" <<JSON
{
  "ociVersion": "1.0.2",
  "hostname": "suite",
  "root": { "path": "$work/rootfs" },
  "process": {
    "terminal": false, "user": { "uid": 0, "gid": 0 }, "cwd": "/", "args": ["sh", "-c", "$script"],
    "env": ["PATH=/bin"], "noNewPrivileges": true,
    "capabilities": { "bounding": $rights, "effective": $rights, "permitted": $rights }$process
  },
  "mounts": [
    { "destination": "/proc", "type": "proc", "source": "proc" },
    { "destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755", "size=65536k"] },
    { "destination": "/tmp", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid"] },
    { "destination": "/sys", "type": "sysfs", "source": "sysfs", "options": ["nosuid", "noexec", "nodev", "ro"] },
    { "destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup", "options": ["nosuid", "noexec", "nodev", "$cgroup_mount"] }
  ],
  "linux": {
    "cgroupsPath": "$path",
    "resources": { "devices": [{ "allow": false, "access": "rwm" }$rules]$resources },
    "namespaces": [$types]$linux
  }$top
}
JSON
}

# run_container NAME: in the foreground, its output on stdout, its exit code as result.
run_container() { runtime run --bundle "$work/bundles/$1" "$1" </dev/null; }

# start_container NAME: created and started, its output in $work/NAME.out.
start_container() {
  runtime create --bundle "$work/bundles/$1" --pid-file "$work/$1.pid" "$1" </dev/null >"$work/$1.out" 2>&1 ||
    give_up "create failed: $(tail -n 1 "$work/$1.out")"
  runtime start "$1"
}

remove_container() { runtime delete --force "$1"; }

give_up() {
  echo "$1" >&2
  exit 1
}

# same WHAT EXPECTED ACTUAL
same() { [[ $2 == "$3" ]] || give_up "$1 should be '${2//$'\n'/ | }' and is '${3//$'\n'/ | }'"; }

# matches WHAT PATTERN ACTUAL: PATTERN is a glob.
# shellcheck disable=SC2053 # a pattern is what it is for
matches() { [[ $3 == $2 ]] || give_up "$1 should look like '$2' and is '${3//$'\n'/ | }'"; }

# cgroup_file NAME FILE
cgroup_file() { cat "$cgroups/suite/$1/$2"; }

# eventually WHAT COMMAND...: within 30 s, because the machine is emulated and may share its processors.
eventually() {
  local what=$1 end=$((SECONDS + 30))
  shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < end)) || give_up "$what did not happen within 30 s"
    sleep 0.05
  done
}

status_of() {
  local state
  state=$(runtime state "$1")
  [[ $state =~ \"status\":\ *\"([a-z]*)\" ]] && echo "${BASH_REMATCH[1]}"
}
has_status() { [[ $(status_of "$1") == "$2" ]]; }

# check NAME: the function of that name passes if it ends with 0, and leaves no container, process or cgroup behind.
check() {
  local name=$1 code=0 reason left started job timer
  ((${#selected[@]} == 0)) || [[ " ${selected[*]} " == *" $name "* ]] || return 0
  rm -rf "$work/state" "$work/bundles"
  started=${EPOCHREALTIME/[.,]/}
  # A subshell in a condition would lose its set -e. In a process group of its own it can be ended whole.
  set +e -m
  (
    set -euo pipefail +m
    "$name"
  ) >"$work/$name.log" 2>&1 </dev/null &
  job=$!
  sleep "$limit" &
  timer=$!
  wait -n "$job" "$timer"
  if kill -0 "$timer" 2>/dev/null; then
    kill "$timer"
  else
    echo "no end within $limit s: $(<"$work/last")" >>"$work/$name.log"
    kill -KILL -- "-$job"
  fi
  wait "$job" 2>/dev/null
  code=$?
  wait "$timer" 2>/dev/null
  set -e +m
  reason=$(tail -n 1 "$work/$name.log")
  # Others make and remove cgroups meanwhile, and find does not like to see them go.
  left=$({ find "$cgroups" -mindepth 1 -type d \( -path "$cgroups/suite/*" -o -name '*suite-*' -o -name 'libpod-*' \) 2>/dev/null || true; } | head -n 3)
  if [[ $code -eq 0 && -n $left ]]; then
    code=1 reason="left behind: ${left//$'\n'/ }"
  fi
  if ((code == 0)); then
    passed=$((passed + 1))
    echo "ok $name # $(((${EPOCHREALTIME/[.,]/} - started) / 1000)) ms"
  else
    failed=$((failed + 1))
    echo "not ok $name: ${reason:-exit code $code without a word}"
    sed 's/^/#   /' "$work/$name.log" | tail -n 20
    sweep
  fi
}

# run_checks GROUP...: every function of checks/GROUP.sh whose name does not begin with _, in order, and the totals.
run_checks() {
  local group name folder
  folder=$(dirname "${BASH_SOURCE[0]}")/checks
  for group in "$@"; do
    # shellcheck source=/dev/null
    source "$folder/$group.sh"
    # shellcheck disable=SC2013 # names are words
    for name in $(sed -n 's/^\([a-z][a-z_0-9]*\)() {$/\1/p' "$folder/$group.sh"); do check "$name"; done
  done
  echo "1..$((passed + failed))"
  echo "# $passed passed, $failed failed"
  ((failed == 0))
}

# sweep: a failed check's remains would fail the next ones.
sweep() (
  set +e
  exec >/dev/null 2>&1
  for folder in "$work"/state/*/; do runtime delete --force "$(basename "$folder")"; done
  if [[ $(</proc/1/comm) == systemd ]]; then
    systemctl kill --signal=KILL '*-suite-*.scope'
    systemctl reset-failed
    return 0
  fi
  for folder in "$cgroups"/suite/*/; do
    echo 0 >"$folder/cgroup.freeze"
    echo 1 >"$folder/cgroup.kill"
  done
  for _ in 1 2 3 4 5; do
    find "$cgroups/suite" -mindepth 1 -depth -type d -exec rmdir {} + && return 0
    sleep 0.2
  done
)
