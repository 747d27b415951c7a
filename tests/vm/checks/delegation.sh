# shellcheck shell=bash disable=SC2154,SC2016,SC2034 # the harness defines and uses them; $ belongs to the container
# Sourced by suite: each function is a check. A container with a writable cgroup mount: its own subtree, and no more.

_writable=cgroup_mount=rw
_limited='resources="memory": { "limit": 67108864, "swap": 67108864 }, "pids": { "limit": 20 }'
_without_cgroup_namespace='namespaces=pid mount ipc uts network'

container_divides_its_own_cgroup() {
  bundle delegated 'cd /sys/fs/cgroup && mkdir part && echo 0 >part/cgroup.procs && cat /proc/self/cgroup &&
    echo +pids +memory >cgroup.subtree_control && mkdir part/inner && echo 10 >part/pids.max && cat part/pids.max' "$_writable" "$_limited"
  same output "$(printf '0::/\n10')" "$(run_container delegated | sed 's|0::/part|0::/|')"
}

container_cannot_raise_its_own_limit() {
  local script='echo max >/sys/fs/cgroup/memory.max; echo max >/sys/fs/cgroup/pids.max; cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/pids.max'
  bundle delegated "$script" "$_writable" "$_limited"
  same 'the limits afterwards' "$(printf '67108864\n20')" "$(run_container delegated 2>"$work/message")"
  matches message '*ermi*' "$(<"$work/message")"
  # Control: what holds is the boundary of the cgroup namespace (mount option nsdelegate); without one it is the host's tree.
  bundle delegated 'g=/sys/fs/cgroup/suite/delegated; [ -e $g ] || g=/sys/fs/cgroup; echo max >$g/memory.max; cat $g/memory.max' \
    "$_writable" "$_limited" "$_without_cgroup_namespace"
  same 'the limit without the namespace' max "$(run_container delegated)"
}

container_sees_only_its_own_subtree() {
  local script='cat /proc/self/cgroup; ls -d /sys/fs/cgroup/suite-neighbour 2>/dev/null; cat /sys/fs/cgroup/cgroup.type'
  mkdir "$cgroups/suite-neighbour"
  bundle delegated "$script" "$_writable"
  run_container delegated >"$work/seen"
  rmdir "$cgroups/suite-neighbour"
  same output "$(printf '0::/\ndomain')" "$(<"$work/seen")"
  # Control: without the namespace its place on the host shows.
  bundle delegated "$script" "$_writable" "$_without_cgroup_namespace"
  matches output '0::/suite/delegated*' "$(run_container delegated 2>/dev/null || true)"
}

container_cannot_leave_its_cgroup() {
  # A mount of cgroup2 made inside shows the namespace's root, too, so that there is nothing to move to.
  bundle delegated 'mkdir /tmp/c && mount -t cgroup2 c /tmp/c && ls -d /tmp/c/suite /tmp/c/cgroup.type' "$_writable"
  same output /tmp/c/cgroup.type "$(run_container delegated 2>/dev/null || true)"
}

read_only_cgroups_cannot_be_divided() {
  bundle delegated 'mkdir /sys/fs/cgroup/part'
  ! run_container delegated >"$work/message" 2>&1 || give_up 'a sub-cgroup was made in a read-only mount'
  matches message '*Read-only file system*' "$(<"$work/message")"
}

root_of_a_user_namespace_owns_its_cgroup() {
  local ids='[{ "containerID": 0, "hostID": 100000, "size": 65536 }]'
  bundle delegated 'id -u; cd /sys/fs/cgroup && mkdir part && echo 0 >part/cgroup.procs && echo moved; echo max >memory.max; cat memory.max' \
    "$_writable" "$_limited" 'namespaces=pid mount ipc uts network cgroup user' \
    linux="\"uidMappings\": $ids, \"gidMappings\": $ids"
  chmod 755 "$work" "$work/bundles" "$work/bundles/delegated"
  same output "$(printf '0\nmoved\n67108864')" "$(run_container delegated || true)"
}

sub_cgroups_go_with_the_container() {
  bundle delegated 'cd /sys/fs/cgroup && mkdir -p a/b c && echo 0 >a/b/cgroup.procs && exec sleep 1000' "$_writable"
  start_container delegated
  eventually 'a process in a sub-cgroup' grep -q . "$cgroups/suite/delegated/a/b/cgroup.procs"
  remove_container delegated
  [[ ! -e $cgroups/suite/delegated ]] || give_up "the container's cgroup is left"
}
