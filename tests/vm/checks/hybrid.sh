# shellcheck shell=bash disable=SC2154,SC2034 # the harness defines and uses them
# Sourced by suite: each function is a check. --systemd-cgroup where the controllers are those of v1, beside a v2 tree.

# shellcheck disable=SC2034 # the harness puts it in front of every call
global=(--systemd-cgroup)
_scope=minirun-suite-scope.scope
_scope_bundle() { bundle scope "$1" path=system.slice:minirun:suite-scope "${@:2}"; }
# _file CONTROLLER FILE: of the scope.
_file() { cat "$cgroups/$1/system.slice/$_scope/$2"; }
_is_gone() { [[ -z $(find "$cgroups" -name "$_scope") && $(systemctl show --value --property LoadState "$_scope") == not-found ]]; }

hybrid_scope_has_its_process_in_every_hierarchy() {
  _scope_bundle 'sleep 1000' resources='"cpu": { "cpus": "0" }'
  start_container scope
  local place
  # systemd does not know of all: those the runtime makes, at the same path.
  for place in memory pids devices cpu,cpuacct cpuset systemd unified; do
    same "the processes in $place" "$(<"$work/scope.pid")" "$(_file "$place" cgroup.procs)"
  done
  remove_container scope
  _is_gone || give_up "$_scope is left"
}

hybrid_limits_survive_a_reload() {
  local devices
  _scope_bundle 'sleep 1000' resources='"memory": { "limit": 67108864 }, "pids": { "limit": 20 }, "cpu": { "quota": 20000, "period": 100000 }'
  start_container scope
  devices=$(_file devices devices.list | sort)
  matches 'the devices' '*c 1:3 rwm*' "$devices"
  systemctl daemon-reload
  same memory.limit_in_bytes 67108864 "$(_file memory memory.limit_in_bytes)"
  same pids.max 20 "$(_file pids pids.max)"
  same cpu.cfs_quota_us 20000 "$(_file cpu cpu.cfs_quota_us)"
  same 'the devices after a reload' "$devices" "$(_file devices devices.list | sort)"

  runtime update --memory 128m --pids-limit 30 scope
  systemctl daemon-reload
  same 'memory.limit_in_bytes after update' 134217728 "$(_file memory memory.limit_in_bytes)"
  same 'pids.max after update' 30 "$(_file pids pids.max)"
  # Control: that which only the kernel was told.
  echo 33554432 >"$cgroups/memory/system.slice/$_scope/memory.limit_in_bytes"
  systemctl daemon-reload
  eventually 'that systemd writes its own limit again' grep -q 134217728 "$cgroups/memory/system.slice/$_scope/memory.limit_in_bytes"
  remove_container scope
}

hybrid_scope_is_paused_and_killed() {
  _scope_bundle 'sleep 1000'
  start_container scope
  runtime pause scope
  matches cgroup.events '*frozen 1*' "$(_file unified cgroup.events)"
  remove_container scope
  _is_gone || give_up "$_scope is left"
}

failed_creation_leaves_no_hybrid_scope() {
  _scope_bundle true resources='"hugepageLimits": [{ "pageSize": "3MB", "limit": 4194304 }]'
  ! runtime create --bundle "$work/bundles/scope" scope >"$work/message" 2>&1 </dev/null || give_up 'a limit that the kernel does not know was taken'
  matches message '*hugepageLimits*' "$(<"$work/message")"
  _is_gone || give_up "$_scope is left"
}
