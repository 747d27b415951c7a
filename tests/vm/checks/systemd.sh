# shellcheck shell=bash disable=SC2154,SC2016,SC2034 # the harness defines and uses them; $ belongs to the container
# Sourced by suite: each function is a check. --systemd-cgroup: systemd makes the container's scope.

# shellcheck disable=SC2034 # the harness puts it in front of every call
global=(--systemd-cgroup)
_scope=minirun-suite-scope.scope
_folder=$cgroups/system.slice/$_scope
_scope_bundle() { bundle scope "$1" path=system.slice:minirun:suite-scope "${@:2}"; }
# _shows NAME=VALUE...: properties of the scope, asked for at once, because systemctl takes half a second.
_shows() {
  local wanted options=()
  for wanted in "$@"; do options+=(--property "${wanted%%=*}"); done
  same 'what systemd knows' "$(printf '%s\n' "$@" | sort)" "$(systemctl show "${options[@]}" "$_scope" | sort)"
}
_is_gone() { [[ ! -e $_folder && $(systemctl show --value --property LoadState "$_scope") == not-found ]]; }
# _refused WHAT: the bundle becomes no container, and nothing is left of it. Its message is in $work/message.
_refused() {
  ! runtime create --bundle "$work/bundles/scope" scope >"$work/message" 2>&1 </dev/null || give_up "a container with $1 was made"
  _is_gone || give_up "a scope with $1 is left"
  [[ ! -e $work/state/scope ]] || give_up "the state of a container with $1 is left"
}

container_is_a_scope_of_systemd() {
  _scope_bundle 'sleep 1000'
  start_container scope
  _shows ActiveState=active Slice=system.slice Delegate=yes "ControlGroup=/system.slice/$_scope"
  # Some runtimes put it into a cgroup of its own below the scope.
  matches 'the cgroup of the first process' "0::/system.slice/$_scope*" "$(<"/proc/$(<"$work/scope.pid")/cgroup")"
  # Later verbs know by themselves who made it.
  global=()
  same 'the cgroups of exec' 1 "$(runtime exec scope sh -c 'sort -u /proc/1/cgroup /proc/self/cgroup | wc -l')"
  same ps "[$(<"$work/scope.pid")]" "$(runtime ps --format json scope)"
  matches statistics '*"pids":*"current":1*' "$(runtime events --stats scope)"
  remove_container scope
  _is_gone || give_up "$_scope is left"
}

scope_lies_where_its_path_says() {
  bundle scope 'sleep 1000' path=checks-inner.slice::suite-scope
  start_container scope
  same 'the cgroup in a slice of a slice' 0::/checks.slice/checks-inner.slice/suite-scope.scope "$(<"/proc/$(<"$work/scope.pid")/cgroup")"
  remove_container scope
  bundle scope 'sleep 1000' path=
  start_container scope
  same 'the cgroup without a path' 0::/system.slice/minirun-scope.scope "$(<"/proc/$(<"$work/scope.pid")/cgroup")"
  remove_container scope
}

path_of_another_form_is_refused() {
  local path
  for path in /suite/scope system.slice:suite-scope machine:minirun:suite-scope 'system.slice:minirun:suite scope'; do
    bundle scope true path="$path"
    ! runtime create --bundle "$work/bundles/scope" scope >"$work/message" 2>&1 </dev/null || give_up "$path was taken"
    matches message '*$.linux.cgroupsPath: *' "$(<"$work/message")"
  done
}

systemd_knows_the_limits() {
  _scope_bundle 'sleep 1000' \
    resources='"memory": { "limit": 67108864 }, "pids": { "limit": 20 }, "cpu": { "quota": 20000, "period": 100000 }, "unified": { "memory.high": "50331648" }'
  start_container scope
  # systemd would overwrite what it does not know of at the next daemon-reload.
  systemctl daemon-reload
  _shows MemoryMax=67108864 MemoryHigh=50331648 TasksMax=20 CPUQuotaPerSecUSec=200ms
  same memory.max 67108864 "$(<"$_folder/memory.max")"
  same memory.high 50331648 "$(<"$_folder/memory.high")"
  same pids.max 20 "$(<"$_folder/pids.max")"
  same cpu.max '20000 100000' "$(<"$_folder/cpu.max")"
  # Control: that which only the kernel was told.
  echo 33554432 >"$_folder/memory.max"
  systemctl daemon-reload
  eventually 'that systemd writes its own limit again' grep -q 67108864 "$_folder/memory.max"
  remove_container scope
}

limits_finer_than_those_of_systemd_hold() {
  _scope_bundle 'sleep 1000' resources='"cpu": { "quota": 33333, "period": 100000 }'
  start_container scope
  same cpu.max '33333 100000' "$(<"$_folder/cpu.max")"
  runtime update --cpu-quota 22222 scope
  same 'cpu.max after update' '22222 100000' "$(<"$_folder/cpu.max")"
  _shows CPUQuotaPerSecUSec=230ms
  remove_container scope
}

limits_of_a_scope_change_while_it_runs() {
  _scope_bundle 'sleep 1000' resources='"memory": { "limit": 67108864 }'
  start_container scope
  runtime update --resources - scope <<<'{ "memory": { "limit": 134217728 } }'
  systemctl daemon-reload
  _shows MemoryMax=134217728
  same memory.max 134217728 "$(<"$_folder/memory.max")"
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

annotations_are_properties_of_the_scope() {
  _scope_bundle 'sleep 1000' \
    top='"annotations": { "org.systemd.property.TimeoutStopSec": "7", "org.systemd.property.CollectMode": "'"'inactive'"'" }'
  start_container scope
  _shows TimeoutStopUSec=7s CollectMode=inactive
  remove_container scope
  _scope_bundle 'sleep 1000' top='"annotations": { "org.systemd.property.KillSignal": "word" }'
  _refused 'a property that is none'
  matches message '*$.annotations*org.systemd.property.KillSignal*' "$(<"$work/message")"
}

paused_scope_stands_still() {
  _scope_bundle 'sleep 1000'
  start_container scope
  runtime pause scope
  same status paused "$(status_of scope)"
  matches cgroup.events '*frozen 1*' "$(<"$_folder/cgroup.events")"
  runtime resume scope
  same status running "$(status_of scope)"
  runtime pause scope
  remove_container scope
  _is_gone || give_up 'the scope of a paused container is left'
}

scope_ends_with_its_container() {
  _scope_bundle 'exit 3'
  local code=0
  runtime run --bundle "$work/bundles/scope" scope || code=$?
  same 'exit code' 3 "$code"
  _is_gone || give_up "$_scope is left"
}

scope_that_ended_by_itself_is_deleted() {
  _scope_bundle 'sleep 1000'
  start_container scope
  runtime kill scope KILL
  eventually 'the end of the container' has_status scope stopped
  eventually 'the end of the scope' _is_gone
  runtime delete scope
  # The name is free again.
  start_container scope
  remove_container scope
}

scope_without_memory_is_forgotten() {
  _scope_bundle 'exec dd if=/dev/zero of=/dev/null bs=64M count=1' resources='"memory": { "limit": 16777216, "swap": 16777216 }'
  local code=0
  run_container scope 2>/dev/null || code=$?
  same 'exit code' 137 "$code"
  _is_gone || give_up "$_scope is left"
}

container_divides_its_scope() {
  _scope_bundle 'cd /sys/fs/cgroup && mkdir -p a/b && echo 0 >a/b/cgroup.procs && exec sleep 1000' cgroup_mount=rw
  start_container scope
  eventually 'a process in a sub-cgroup' grep -q . "$_folder/a/b/cgroup.procs"
  remove_container scope
  _is_gone || give_up "$_scope is left"
}

root_of_a_user_namespace_owns_its_scope() {
  local ids='[{ "containerID": 0, "hostID": 100000, "size": 65536 }]'
  _scope_bundle 'id -u; cd /sys/fs/cgroup && mkdir part && echo 0 >part/cgroup.procs && echo moved' cgroup_mount=rw \
    'namespaces=pid mount ipc uts network cgroup user' linux="\"uidMappings\": $ids, \"gidMappings\": $ids"
  chmod 755 "$work" "$work/bundles" "$work/bundles/scope"
  same output "$(printf '0\nmoved')" "$(run_container scope || true)"
}

failed_creation_leaves_no_scope() {
  _scope_bundle true resources='"unified": { "memory.nonsense": "1" }'
  _refused 'a limit that the kernel does not know'
  matches message '*memory.nonsense*' "$(<"$work/message")"
  _scope_bundle true top='"hooks": { "createRuntime": [{ "path": "/bin/false" }] }'
  _refused 'a hook that fails'
  matches message '*createRuntime hook*' "$(<"$work/message")"
  _scope_bundle true linux='"maskedPaths": ["relative"]'
  _refused 'a masked path that is none'
  # Control: without what is wrong it becomes one.
  _scope_bundle 'sleep 1000'
  start_container scope
  ! _is_gone || give_up 'a container without a scope was made'
  remove_container scope
}

killed_creation_leaves_no_scope() {
  local started duration part creator
  _scope_bundle 'sleep 1000'
  started=${EPOCHREALTIME/[.,]/}
  start_container scope
  duration=$((${EPOCHREALTIME/[.,]/} - started))
  remove_container scope
  # Within the time that a creation and a start take: before systemd is asked, while it works, and after.
  for part in 25 30 35 40 45 50 60; do
    "$MINIRUN_RUNTIME" --root "$work/state" --systemd-cgroup create --bundle "$work/bundles/scope" scope </dev/null >/dev/null 2>&1 &
    creator=$!
    sleep "$(printf '%d.%06d' $((duration * part / 100000000)) $((duration * part / 100 % 1000000)))"
    kill -KILL "$creator" 2>/dev/null || true
    wait "$creator" 2>/dev/null || true
    [[ ! -e $_folder ]] || echo "killed after $part %: there was a scope"
    remove_container scope
    eventually "the end of the scope after $part % of the time" _is_gone
  done
}

scope_of_somebody_else_is_left_alone() {
  systemd-run --quiet --scope --unit="$_scope" sleep 1000 &
  eventually 'a scope of somebody else' test -e "$_folder"
  _scope_bundle 'sleep 1000'
  ! runtime create --bundle "$work/bundles/scope" scope >"$work/message" 2>&1 </dev/null || give_up 'the scope of somebody else was taken over'
  matches message "*systemd has a unit $_scope already*" "$(<"$work/message")"
  _shows ActiveState=active
  systemctl stop "$_scope"
  # Control: in its absence the same container is made.
  start_container scope
  remove_container scope
}
