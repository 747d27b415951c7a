# shellcheck shell=bash disable=SC2154,SC2016,SC2034 # the harness defines and uses them; $ belongs to the container
# Sourced by suite: each function is a check. Limits are written, and the kernel keeps to them.

memory_limits_are_written() {
  bundle memory 'sleep 1000' resources='"memory": { "limit": 67108864, "reservation": 33554432, "swap": 100663296 }'
  start_container memory
  same memory.max 67108864 "$(cgroup_file memory memory.max)"
  same memory.low 33554432 "$(cgroup_file memory memory.low)"
  # OCI counts memory and swap together, the kernel swap alone.
  same memory.swap.max 33554432 "$(cgroup_file memory memory.swap.max)"
  remove_container memory
}

cpu_time_is_limited() {
  bundle cpu 'while :; do :; done' resources='"cpu": { "quota": 20000, "period": 100000, "shares": 1024 }'
  start_container cpu
  same cpu.max '20000 100000' "$(cgroup_file cpu cpu.max)"
  # 1024 shares are 39 by the old, linear rule and 100 by the new one.
  [[ $(cgroup_file cpu cpu.weight) =~ ^(39|100)$ ]] || give_up "cpu.weight of 1024 shares is $(cgroup_file cpu cpu.weight)"
  eventually 'throttling' grep -Eq '^nr_throttled [1-9]' "$cgroups/suite/cpu/cpu.stat"
  remove_container cpu
}

cpus_are_chosen() {
  bundle cpuset 'nproc' resources='"cpu": { "cpus": "1", "mems": "0" }'
  same nproc 1 "$(run_container cpuset)"
  # Control: the machine has two.
  bundle cpuset 'nproc'
  same nproc 2 "$(run_container cpuset)"
}

forks_are_limited() {
  local forks='n=0; for i in $(seq 30); do sleep 3 & done; wait; echo all'
  bundle pids "$forks" resources='"pids": { "limit": 20 }'
  matches output "*an't fork*" "$(run_container pids 2>&1 || true)"
  bundle pids "$forks"
  same output all "$(run_container pids)"
}

pids_limits_are_written() {
  bundle pids 'sleep 1000' resources='"pids": { "limit": 20 }'
  start_container pids
  same pids.max 20 "$(cgroup_file pids pids.max)"
  remove_container pids
  bundle pids 'sleep 1000' resources='"pids": { "limit": -1 }'
  start_container pids
  same pids.max max "$(cgroup_file pids pids.max)"
  remove_container pids
}

disk_reads_are_limited() {
  local device numbers rule limit seconds reads='read before _ </proc/uptime; dd if=/dev/nullb0 of=/dev/null bs=1M count=4 skip=$0 && read after _ </proc/uptime && echo $((${after%.*} - ${before%.*}))'
  modprobe null_blk
  device=$(<"/sys/block/nullb0/dev")
  numbers="\"major\": ${device%:*}, \"minor\": ${device#*:}"
  rule="rules={ \"allow\": true, \"type\": \"b\", $numbers, \"access\": \"rwm\" }"
  limit="resources=\"blockIO\": { \"throttleReadBpsDevice\": [{ $numbers, \"rate\": 1048576 }] }"
  device="linux=\"devices\": [{ \"type\": \"b\", \"path\": \"/dev/nullb0\", $numbers }]"
  bundle disk 'sleep 1000' "$rule" "$device" "$limit"
  start_container disk
  matches io.max "$(<"/sys/block/nullb0/dev") rbps=1048576 wbps=max *" "$(cgroup_file disk io.max)"
  remove_container disk
  # What the reads cost: four seconds with the limit, no time without it. Other bytes, because these are in memory then.
  bundle disk "${reads/\$0/0}" "$rule" "$device" "$limit"
  seconds=$(run_container disk 2>/dev/null)
  ((seconds >= 3)) || give_up "4 MiB at 1 MiB/s took $seconds s"
  bundle disk "${reads/\$0/8}" "$rule" "$device"
  seconds=$(run_container disk 2>/dev/null)
  ((seconds < 3)) || give_up "4 MiB without a limit took $seconds s"
}

huge_pages_are_limited() {
  bundle huge 'sleep 1000' resources='"hugepageLimits": [{ "pageSize": "2MB", "limit": 4194304 }]'
  start_container huge
  same hugetlb.2MB.max 4194304 "$(cgroup_file huge hugetlb.2MB.max)"
  remove_container huge
}

unified_map_is_written_as_it_is() {
  bundle unified 'sleep 1000' resources='"unified": { "memory.high": "50331648", "cpu.weight": "77", "memory.oom.group": "1" }'
  start_container unified
  same memory.high 50331648 "$(cgroup_file unified memory.high)"
  same cpu.weight 77 "$(cgroup_file unified cpu.weight)"
  same memory.oom.group 1 "$(cgroup_file unified memory.oom.group)"
  remove_container unified
}

unknown_unified_key_is_refused() {
  bundle unified 'true' resources='"unified": { "memory.nonsense": "1" }'
  ! run_container unified >"$work/message" 2>&1 || give_up 'a container with unified key memory.nonsense ran'
  matches message '*memory.nonsense*' "$(<"$work/message")"
}

limits_change_while_it_runs() {
  bundle update 'sleep 1000' resources='"memory": { "limit": 67108864 }, "pids": { "limit": 20 }'
  start_container update
  runtime update --resources - update <<<'{ "memory": { "limit": 134217728 }, "pids": { "limit": 30 }, "cpu": { "quota": 30000, "period": 100000 } }'
  same memory.max 134217728 "$(cgroup_file update memory.max)"
  same pids.max 30 "$(cgroup_file update pids.max)"
  same cpu.max '30000 100000' "$(cgroup_file update cpu.max)"
  runtime update --pids-limit 40 update
  same pids.max 40 "$(cgroup_file update pids.max)"
  same memory.max 134217728 "$(cgroup_file update memory.max)"
  remove_container update
}
