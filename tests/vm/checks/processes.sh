# shellcheck shell=bash disable=SC2154,SC2016,SC2034 # the harness defines and uses them; $ belongs to the container
# Sourced by suite: each function is a check. Whose processes they are: kill, exec, ps, and what is left afterwards.

_without_pid_namespace='namespaces=mount ipc uts network cgroup'
_procs() { wc -l <"$cgroups/suite/$1/cgroup.procs"; }
_has_procs() { (($(_procs "$1") == $2)); }

kill_all_reaches_every_process() {
  # Without a pid namespace the kernel does not end the children with their parent.
  bundle kill 'sleep 1001 & sleep 1002 & sleep 1003; true' "$_without_pid_namespace"
  start_container kill
  eventually 'four processes' _has_procs kill 4
  # Control: TERM for the first process alone leaves the others.
  runtime kill kill TERM
  eventually 'three processes' _has_procs kill 3
  runtime kill --all kill KILL
  eventually 'an empty cgroup' _has_procs kill 0
  runtime delete kill
}

delete_force_ends_every_process() {
  local pids pid
  bundle kill 'sleep 1001 & sleep 1002 & sleep 1003; true' "$_without_pid_namespace"
  start_container kill
  eventually 'four processes' _has_procs kill 4
  mapfile -t pids <"$cgroups/suite/kill/cgroup.procs"
  remove_container kill
  for pid in "${pids[@]}"; do
    [[ ! -e /proc/$pid ]] || grep -q '^State:.*Z' "/proc/$pid/status" || give_up "process $pid is alive after delete --force"
  done
}

exec_joins_the_cgroup() {
  bundle exec 'sleep 1000'
  start_container exec
  runtime exec exec sh -c 'sleep 1000' &
  eventually 'a second process in the cgroup' _has_procs exec 2
  remove_container exec
}

exec_is_under_the_same_limits() {
  bundle exec 'sleep 1000' resources='"pids": { "limit": 10 }'
  start_container exec
  # shellcheck disable=SC2016 # the container's shell expands it
  matches output "*an't fork*" "$(runtime exec exec sh -c 'for i in $(seq 20); do sleep 2 & done; wait' 2>&1 || true)"
  remove_container exec
}

ps_lists_the_processes_of_the_cgroup() {
  local listed
  bundle ps 'sleep 1001 & sleep 1002; true'
  start_container ps
  eventually 'two or three processes' _has_procs ps 3
  listed=$(runtime ps --format json ps | jq -c sort)
  same 'ps --format json' "$(jq -sc sort "$cgroups/suite/ps/cgroup.procs")" "$listed"
  remove_container ps
}

stats_are_those_of_the_cgroup() {
  bundle stats 'sleep 1000' resources='"memory": { "limit": 67108864 }, "pids": { "limit": 20 }'
  start_container stats
  runtime events --stats stats >"$work/stats.json"
  same memory 67108864 "$(jq '.data.memory.usage.limit' "$work/stats.json")"
  same pids '1 20' "$(jq -r '"\(.data.pids.current) \(.data.pids.limit)"' "$work/stats.json")"
  remove_container stats
}

frozen_cgroup_is_refused() {
  local code=0
  mkdir "$cgroups/suite/frozen"
  echo 1 >"$cgroups/suite/frozen/cgroup.freeze"
  bundle frozen 'true'
  runtime run --bundle "$work/bundles/frozen" frozen || code=$?
  # Thawed and removed first: a runtime that refuses may leave what it found.
  rmdir "$cgroups/suite/frozen" 2>/dev/null || true
  ((code != 0)) || give_up 'a container ran in a cgroup that somebody had frozen'
}

host_without_systemd_says_so() {
  bundle plain true path=system.slice:minirun:plain
  ! runtime --systemd-cgroup run --bundle "$work/bundles/plain" plain >"$work/message" 2>&1 || give_up 'systemd made a scope where it does not run'
  matches message '*--systemd-cgroup: systemd does not run this host*leave the flag out*' "$(<"$work/message")"
  [[ ! -e $work/state/plain ]] || give_up 'the state of a container that was refused is left'
  # Control: the way out that it names.
  bundle plain true
  run_container plain
}
