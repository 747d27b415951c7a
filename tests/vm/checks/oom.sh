# shellcheck shell=bash disable=SC2154,SC2016,SC2034 # the harness defines and uses them; $ belongs to the container
# Sourced by suite: each function is a check. What happens when memory runs out.

first_process_out_of_memory_gives_137() {
  local code=0
  # dd touches the whole buffer.
  bundle oom 'exec dd if=/dev/zero of=/dev/null bs=32M count=1' resources='"memory": { "limit": 16777216, "swap": 16777216 }'
  run_container oom || code=$?
  same 'exit code' 137 "$code"
  bundle oom 'exec dd if=/dev/zero of=/dev/null bs=32M count=1'
  run_container oom
}

only_the_hungry_process_dies() {
  bundle oom 'dd if=/dev/zero of=/dev/null bs=32M count=1 2>/dev/null; echo $?; grep -w oom_kill /sys/fs/cgroup/memory.events' \
    resources='"memory": { "limit": 16777216, "swap": 16777216 }'
  same output "$(printf '137\noom_kill 1')" "$(run_container oom 2>/dev/null)"
}

container_out_of_memory_is_stopped() {
  bundle oom 'exec dd if=/dev/zero of=/dev/null bs=32M count=1' resources='"memory": { "limit": 16777216, "swap": 16777216 }'
  start_container oom
  eventually 'status stopped' has_status oom stopped
  runtime delete oom
}

swap_is_used_up_to_its_limit() {
  [[ -e /sys/block/zram0 ]] || modprobe zram num_devices=1
  if [[ $(</proc/swaps) != *zram0* ]]; then
    echo 256M >/sys/block/zram0/disksize
    mkswap /dev/zram0 >/dev/null
    swapon /dev/zram0
  fi
  # 32 MiB fit into 16 of memory and 48 of swap, and not into 16 and 4.
  bundle swap 'exec dd if=/dev/zero of=/dev/null bs=32M count=1' resources='"memory": { "limit": 16777216, "swap": 67108864 }'
  run_container swap
  bundle swap 'exec dd if=/dev/zero of=/dev/null bs=32M count=1' resources='"memory": { "limit": 16777216, "swap": 20971520 }'
  local code=0
  run_container swap || code=$?
  swapoff /dev/zram0
  same 'exit code' 137 "$code"
}
