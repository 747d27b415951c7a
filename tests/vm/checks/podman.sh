# shellcheck shell=bash disable=SC2154,SC2016 # the harness defines them; $ belongs to the container
# Sourced by callers: each function is a check. podman and conmon call the runtime.

# Everything podman keeps is in memory, and of this run: the host's containers are not its business.
_podman() {
  podman --runtime "$MINIRUN_RUNTIME" --cgroup-manager "$manager" --root "$work/podman/root" --runroot "$work/podman/run" \
    --tmpdir "$work/podman/tmp" --storage-driver vfs --events-backend none --log-level error "$@"
}
# No image and no network: neither is the runtime's work. The profile is there, its compiler need not be.
_create() { _podman "$1" --network none --security-opt apparmor=unconfined "${@:2}"; }
_inspect() { _podman inspect --format "$2" "$1"; }
_is() { [[ $(_inspect "$1" "$2") == "$3" ]]; }
# _cgroup NAME: where the first process is.
_cgroup() { sed "s|^0::|$cgroups|" "/proc/$(_inspect "$1" '{{.State.Pid}}')/cgroup"; }

podman_passes_on_output_and_exit_code() {
  local code=0
  _create run --rm --rootfs "$work/rootfs" sh -c 'echo out; echo err >&2; exit 7' >"$work/out" 2>"$work/err" || code=$?
  same 'exit code' 7 "$code"
  same output out "$(<"$work/out")"
  same 'standard error' err "$(<"$work/err")"
}

podman_names_a_command_that_is_missing() {
  local code=0
  _create run --rm --rootfs "$work/rootfs" /no/such/command 2>"$work/err" || code=$?
  # 127 is podman's word for "not found", which it reads out of the runtime's message.
  same 'exit code' 127 "$code"
  matches message '*/no/such/command*' "$(<"$work/err")"
}

podman_container_lives_through_its_verbs() {
  local id cgroup
  id=$(_create run --detach --name life --memory 64m --pids-limit 50 --rootfs "$work/rootfs" \
    sh -c 'trap "echo bye; exit 5" TERM; echo hello; while :; do sleep 0.1; done')
  same 'length of the id' 64 "${#id}"
  cgroup=$(_cgroup life)
  [[ $manager != systemd ]] || matches 'the cgroup' "$cgroups/machine.slice/libpod-$id.scope*" "$cgroup"
  same memory.max 67108864 "$(<"$cgroup/memory.max")"
  same pids.max 50 "$(<"$cgroup/pids.max")"

  same 'exec' 67108864 "$(_podman exec life cat /sys/fs/cgroup/memory.max)"
  local code=0
  _podman exec life sh -c 'exit 9' || code=$?
  same 'exit code of exec' 9 "$code"
  matches top '*trap*' "$(_podman top life args)"
  matches logs 'hello*' "$(_podman logs life)"

  _podman pause life
  matches cgroup.events '*frozen 1*' "$(<"$cgroup/cgroup.events")"
  same status paused "$(_inspect life '{{.State.Status}}')"
  _podman unpause life
  matches cgroup.events '*frozen 0*' "$(<"$cgroup/cgroup.events")"

  _podman update --memory 128m life
  same 'memory.max after update' 134217728 "$(<"$cgroup/memory.max")"

  _podman stop --time 30 life
  same 'exit code after stop' 5 "$(_inspect life '{{.State.ExitCode}}')"
  matches logs '*bye' "$(_podman logs life)"
  [[ ! -e $cgroup ]] || give_up "$cgroup is left"
  _podman start life
  same 'status after another start' running "$(_inspect life '{{.State.Status}}')"
  _podman rm --force --time 0 life
}

podman_gives_a_terminal() {
  matches output $'/dev/pts/0\r' "$(_create run --rm --tty --rootfs "$work/rootfs" tty)"
}

podman_sees_the_end_for_want_of_memory() {
  # Not OOMKilled: this conmon leaves it false with every runtime.
  _create run --name hungry --memory 16m --memory-swap 16m --rootfs "$work/rootfs" dd if=/dev/zero of=/dev/null bs=32M count=1 || true
  same 'exit code' 137 "$(_inspect hungry '{{.State.ExitCode}}')"
  _podman rm hungry
}

podman_kills_and_waits() {
  _create run --detach --name victim --rootfs "$work/rootfs" sleep 1000
  _podman kill --signal KILL victim
  same 'exit code' 137 "$(_podman wait victim)"
  _podman rm victim
}

podman_hands_over_files_users_and_rights() {
  mkdir -p "$work/volume"
  echo content >"$work/volume/file"
  same output "$(printf '1000\ncontent\nread-only\n0000000000000000')" "$(_create run --rm --user 1000:1000 --cap-drop all \
    --volume "$work/volume:/tmp/volume:ro" --rootfs "$work/rootfs" sh -c \
    'id -u; cat /tmp/volume/file; echo x >/tmp/volume/file || echo read-only; grep CapEff /proc/self/status | cut -f 2' 2>/dev/null)"
}
