# shellcheck shell=bash disable=SC2154,SC2016,SC2034 # the harness defines and uses them; $ belongs to the container
# Sourced by suite: each function is a check. pause and resume by cgroup.freeze.

# _count NAME: what the container's loop has reached.
_count() { tail -n 1 "$work/$1.out"; }
_counting='i=0; while :; do i=$((i+1)); echo $i; usleep 20000; done'

paused_container_stands_still() {
  local before
  bundle freeze "$_counting"
  start_container freeze
  eventually counting grep -q 3 "$work/freeze.out"
  runtime pause freeze
  same cgroup.freeze 1 "$(cgroup_file freeze cgroup.freeze)"
  matches cgroup.events '*frozen 1*' "$(cgroup_file freeze cgroup.events)"
  same status paused "$(status_of freeze)"
  before=$(_count freeze)
  sleep 0.5
  same 'the count' "$before" "$(_count freeze)"
  runtime resume freeze
  matches cgroup.events '*frozen 0*' "$(cgroup_file freeze cgroup.events)"
  same status running "$(status_of freeze)"
  sleep 0.5
  (($(_count freeze) > before)) || give_up "the count stays at $before after resume"
  remove_container freeze
}

paused_container_can_be_deleted() {
  bundle freeze "$_counting"
  start_container freeze
  runtime pause freeze
  runtime delete --force freeze
}

paused_container_can_be_killed() {
  bundle freeze "$_counting"
  start_container freeze
  runtime pause freeze
  runtime kill freeze KILL
  eventually 'status stopped' has_status freeze stopped
  runtime delete freeze
}

exec_in_a_paused_container_is_refused() {
  bundle freeze "$_counting"
  start_container freeze
  runtime pause freeze
  ! runtime exec freeze true || give_up 'exec in a paused container said 0'
  runtime resume freeze
  runtime exec freeze true
  remove_container freeze
}

only_a_running_container_can_be_paused() {
  bundle freeze 'true'
  start_container freeze
  eventually 'status stopped' has_status freeze stopped
  ! runtime pause freeze || give_up 'pause of a stopped container said 0'
  runtime delete freeze
  ! runtime pause freeze || give_up 'pause of an unknown container said 0'
}
