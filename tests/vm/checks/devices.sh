# shellcheck shell=bash disable=SC2154,SC2016,SC2034 # the harness defines and uses them; $ belongs to the container
# Sourced by suite: each function is a check. The eBPF filter of devices; root with CAP_MKNOD makes any node it likes.

# _device: a block device that reads as zeros, as "major minor".
_device() {
  modprobe null_blk
  tr : ' ' </sys/block/nullb0/dev
}

# _rule ALLOW MAJOR MINOR ACCESS: one for a block device.
_rule() { echo "{ \"allow\": $1, \"type\": \"b\", \"major\": $2, \"minor\": $3, \"access\": \"$4\" }"; }

unlisted_device_cannot_be_opened() {
  local major minor
  read -r major minor < <(_device)
  bundle device "mknod /tmp/disk b $major $minor && dd if=/tmp/disk of=/dev/null bs=512 count=1"
  ! run_container device >"$work/message" 2>&1 || give_up 'an unlisted device was read'
  matches message '*/tmp/disk*Operation not permitted*' "$(<"$work/message")"
  # Control: the same node, allowed by a rule.
  bundle device "mknod /tmp/disk b $major $minor && dd if=/tmp/disk of=/dev/null bs=512 count=1" \
    "rules=$(_rule true "$major" "$minor" rwm)"
  run_container device
}

unlisted_character_device_cannot_be_opened() {
  modprobe tun
  bundle device 'mknod /tmp/tun c 10 200 && exec </tmp/tun'
  ! run_container device >"$work/message" 2>&1 || give_up '/dev/net/tun was opened'
  matches message '*/tmp/tun*Operation not permitted*' "$(<"$work/message")"
  bundle device 'mknod /tmp/tun c 10 200 && exec </tmp/tun' \
    rules='{ "allow": true, "type": "c", "major": 10, "minor": 200, "access": "rwm" }'
  run_container device
}

readable_device_cannot_be_written() {
  local major minor script
  read -r major minor < <(_device)
  script="mknod /tmp/disk b $major $minor && dd if=/tmp/disk of=/dev/null bs=512 count=1 && dd if=/dev/zero of=/tmp/disk bs=512 count=1"
  bundle device "$script" "rules=$(_rule true "$major" "$minor" rm)"
  ! run_container device >"$work/message" 2>&1 || give_up 'a device that may only be read was written'
  matches message '*records out*/tmp/disk*Operation not permitted*' "$(<"$work/message")"
  bundle device "$script" "rules=$(_rule true "$major" "$minor" rwm)"
  run_container device
}

later_rule_takes_back_an_earlier_one() {
  local major minor
  read -r major minor < <(_device)
  bundle device "mknod /tmp/disk b $major $minor && dd if=/tmp/disk of=/dev/null bs=512 count=1" \
    "rules=$(_rule true "$major" "$minor" rwm), $(_rule false "$major" "$minor" rwm)"
  ! run_container device >"$work/message" 2>&1 || give_up 'a device that was allowed and then denied was read'
  matches message '*Operation not permitted*' "$(<"$work/message")"
}

rule_without_a_minor_means_all_of_them() {
  local major minor
  read -r major minor < <(_device)
  bundle device "mknod /tmp/disk b $major $minor && dd if=/tmp/disk of=/dev/null bs=512 count=1" \
    rules="{ \"allow\": true, \"type\": \"b\", \"major\": $major, \"access\": \"rwm\" }"
  run_container device
}

default_devices_work_under_a_filter() {
  bundle device 'echo x >/dev/null && head -c 1 /dev/zero >/dev/null && head -c 1 /dev/urandom >/dev/null && echo x >/dev/full || echo full'
  matches output '*full' "$(run_container device 2>/dev/null)"
}

exec_is_under_the_same_filter() {
  local major minor
  read -r major minor < <(_device)
  bundle device 'sleep 1000'
  start_container device
  ! runtime exec device sh -c "mknod /tmp/disk b $major $minor && dd if=/tmp/disk of=/dev/null bs=512 count=1" >"$work/message" 2>&1 ||
    give_up 'exec read an unlisted device'
  matches message '*/tmp/disk*Operation not permitted*' "$(<"$work/message")"
  remove_container device
}

update_of_something_else_keeps_the_filter() {
  local major minor
  read -r major minor < <(_device)
  bundle device 'sleep 1000'
  start_container device
  runtime update --resources - device <<<'{ "pids": { "limit": 30 } }'
  ! runtime exec device sh -c "mknod /tmp/disk b $major $minor && dd if=/tmp/disk of=/dev/null bs=512 count=1" >"$work/message" 2>&1 ||
    give_up 'an unlisted device was read after an update of the pids limit'
  matches message '*/tmp/disk*Operation not permitted*' "$(<"$work/message")"
  remove_container device
}

device_rules_change_while_it_runs() {
  local major minor
  read -r major minor < <(_device)
  bundle device 'sleep 1000'
  start_container device
  runtime update --resources - device <<<"{ \"devices\": [{ \"allow\": false, \"access\": \"rwm\" }, { \"allow\": true, \"type\": \"b\", \"major\": $major, \"minor\": $minor, \"access\": \"rwm\" }] }"
  runtime exec device sh -c "mknod /tmp/disk b $major $minor && dd if=/tmp/disk of=/dev/null bs=512 count=1"
  remove_container device
}
