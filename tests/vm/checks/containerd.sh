# shellcheck shell=bash disable=SC2154,SC2016 # the harness defines them; $ belongs to the container
# Sourced by callers: each function is a check. containerd and its shim call the runtime, on an image from a tar archive.

_socket=$work/containerd/socket
_ctr() { ctr --address "$_socket" --namespace suite "$@"; }
# _run [OPTION]... NAME COMMAND...
_run() {
  local options=()
  while [[ $1 == --* ]]; do options+=("$1") && shift; done
  [[ $manager != systemd ]] || options+=(--runc-systemd-cgroup --cgroup "system.slice:suite:$1")
  _ctr run --runc-binary "$MINIRUN_RUNTIME" --snapshotter native ${options[@]+"${options[@]}"} suite/busybox:1 "$@"
}
_task_is() { [[ $(_ctr task ls | awk -v name="$1" '$1 == name { print $3 }') == "$2" ]]; }
_task_pid() { _ctr task ls | awk -v name="$1" '$1 == name { print $2 }'; }
# _cgroup NAME: where the first process is.
_cgroup() { sed "s|^0::|$cgroups|" "/proc/$(_task_pid "$1")/cgroup"; }

# _image FILE: an archive as docker save makes it, of the root that all checks use.
_image() {
  local folder=$work/image layer
  mkdir -p "$folder"
  tar -C "$work/rootfs" -cf "$folder/layer.tar" .
  layer=$(sha256sum "$folder/layer.tar")
  jq -n --arg layer "sha256:${layer%% *}" '{ architecture: "amd64", os: "linux", config: { Env: ["PATH=/bin"], Cmd: ["sh"] },
    rootfs: { type: "layers", diff_ids: [$layer] } }' >"$folder/config.json"
  jq -n '[{ Config: "config.json", RepoTags: ["suite/busybox:1"], Layers: ["layer.tar"] }]' >"$folder/manifest.json"
  tar -C "$folder" -cf "$1" manifest.json config.json layer.tar
}

_start_containerd() {
  [[ ! -S $_socket ]] || return 0
  mkdir -p "$work/containerd"
  cat >"$work/containerd/config.toml" <<TOML
version = 2
root = "$work/containerd/root"
state = "$work/containerd/state"
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.aufs", "io.containerd.internal.v1.opt", "io.containerd.tracing.processor.v1.otlp"]
[grpc]
address = "$_socket"
TOML
  containerd --config "$work/containerd/config.toml" >"$work/containerd/log" 2>&1 &
  eventually 'an answer of containerd' _ctr version
}

containerd_imports_an_image() {
  _start_containerd
  _image "$work/image.tar"
  # containerd fills in the registry and the library that a short name leaves out.
  _ctr images import --snapshotter native "$work/image.tar" >"$work/imported"
  _ctr images tag --force "$(_ctr images ls --quiet | grep 'suite/busybox:1$' | head -n 1)" suite/busybox:1 >/dev/null || true
  matches images '*suite/busybox:1*' "$(_ctr images ls --quiet)"
}

containerd_passes_on_output_and_exit_code() {
  local code=0
  _run --rm short sh -c 'echo out; echo err >&2; exit 7' >"$work/out" 2>"$work/err" || code=$?
  same 'exit code' 7 "$code"
  same output out "$(<"$work/out")"
  same 'standard error' err "$(<"$work/err")"
}

containerd_task_lives_through_its_verbs() {
  local cgroup pid code=0
  _run --detach --memory-limit=67108864 life sh -c 'trap "exit 5" TERM; while :; do sleep 0.1; done'
  pid=$(_task_pid life)
  cgroup=$(_cgroup life)
  [[ $manager != systemd ]] || same 'the cgroup' "$cgroups/system.slice/suite-life.scope" "$cgroup"
  same memory.max 67108864 "$(<"$cgroup/memory.max")"
  same 'the cgroups of exec' 1 "$(_ctr task exec --exec-id one life sh -c 'sort -u /proc/1/cgroup /proc/self/cgroup | wc -l')"
  _ctr task exec --exec-id two life sh -c 'exit 9' || code=$?
  same 'exit code of exec' 9 "$code"
  matches 'task ps' "*$pid*" "$(_ctr task ps life)"
  matches 'task metrics' '*memory*' "$(_ctr task metrics life)"

  _ctr task pause life
  matches cgroup.events '*frozen 1*' "$(<"$cgroup/cgroup.events")"
  same status PAUSED "$(_ctr task ls | awk '$1 == "life" { print $3 }')"
  _ctr task resume life
  matches cgroup.events '*frozen 0*' "$(<"$cgroup/cgroup.events")"

  _ctr task kill --signal SIGTERM life
  eventually 'the end of the task' _task_is life STOPPED
  matches 'the end that task delete reports' '*exit code 5*' "$(_ctr task delete life 2>&1)"
  _ctr container delete life
  [[ ! -e $cgroup ]] || give_up "$cgroup is left"
}

containerd_names_a_command_that_is_missing() {
  ! _run --rm missing /no/such/command 2>"$work/err" || give_up 'a command that does not exist ran'
  matches message '*/no/such/command*' "$(<"$work/err")"
  _ctr container delete missing 2>/dev/null || true
}

containerd_ends_as_asked() {
  pkill -f "^containerd --config $work/" || give_up 'containerd is not there any more'
}
