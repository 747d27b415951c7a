# shellcheck shell=bash disable=SC2154,SC2016,SC2034 # the harness defines and uses them; $ belongs to the container
# Sourced by suite: each function is a check. --systemd-cgroup: systemd makes the container's scope.

# shellcheck disable=SC2034 # the harness puts it in front of every call
global=(--systemd-cgroup)
_scope=minirun-suite-scope.scope
_property() { systemctl show --value --property "$1" "$_scope"; }
_scope_bundle() { bundle scope "$1" path=system.slice:minirun:suite-scope "${@:2}"; }

container_is_a_scope_of_systemd() {
  _scope_bundle 'sleep 1000'
  start_container scope
  same ActiveState active "$(_property ActiveState)"
  same Slice system.slice "$(_property Slice)"
  same Delegate yes "$(_property Delegate)"
  same ControlGroup "/system.slice/$_scope" "$(_property ControlGroup)"
  # Some runtimes put it into a cgroup of its own below the scope.
  matches 'the cgroup of the first process' "0::/system.slice/$_scope*" "$(<"/proc/$(<"$work/scope.pid")/cgroup")"
  remove_container scope
  eventually 'the end of the scope' test ! -e "$cgroups/system.slice/$_scope"
}

systemd_knows_the_limits() {
  _scope_bundle 'sleep 1000' \
    resources='"memory": { "limit": 67108864 }, "pids": { "limit": 20 }, "cpu": { "quota": 20000, "period": 100000 }'
  start_container scope
  # systemd would overwrite what it does not know of at the next daemon-reload.
  systemctl daemon-reload
  same MemoryMax 67108864 "$(_property MemoryMax)"
  same TasksMax 20 "$(_property TasksMax)"
  same CPUQuotaPerSecUSec 200ms "$(_property CPUQuotaPerSecUSec)"
  same memory.max 67108864 "$(<"$cgroups/system.slice/$_scope/memory.max")"
  same pids.max 20 "$(<"$cgroups/system.slice/$_scope/pids.max")"
  same cpu.max '20000 100000' "$(<"$cgroups/system.slice/$_scope/cpu.max")"
  remove_container scope
}

device_filter_survives_a_reload() {
  modprobe null_blk
  local major minor
  IFS=: read -r major minor </sys/block/nullb0/dev
  _scope_bundle 'sleep 1000'
  start_container scope
  systemctl daemon-reload
  ! runtime exec scope sh -c "mknod /tmp/disk b $major $minor && dd if=/tmp/disk of=/dev/null bs=512 count=1" >"$work/message" 2>&1 ||
    give_up 'an unlisted device was read'
  matches message '*/tmp/disk*Operation not permitted*' "$(<"$work/message")"
  remove_container scope
}

limits_of_a_scope_change_while_it_runs() {
  _scope_bundle 'sleep 1000' resources='"memory": { "limit": 67108864 }'
  start_container scope
  runtime update --resources - scope <<<'{ "memory": { "limit": 134217728 } }'
  systemctl daemon-reload
  same MemoryMax 134217728 "$(_property MemoryMax)"
  same memory.max 134217728 "$(<"$cgroups/system.slice/$_scope/memory.max")"
  remove_container scope
}

paused_scope_stands_still() {
  _scope_bundle 'sleep 1000'
  start_container scope
  runtime pause scope
  same status paused "$(status_of scope)"
  matches cgroup.events '*frozen 1*' "$(<"$cgroups/system.slice/$_scope/cgroup.events")"
  runtime resume scope
  same status running "$(status_of scope)"
  remove_container scope
}

scope_ends_with_its_container() {
  _scope_bundle 'exit 3'
  local code=0
  runtime run --bundle "$work/bundles/scope" scope || code=$?
  same 'exit code' 3 "$code"
  eventually 'the end of the scope' test ! -e "$cgroups/system.slice/$_scope"
  [[ $(_property LoadState) == not-found ]] || same ActiveState inactive "$(_property ActiveState)"
}
