# shellcheck shell=bash disable=SC2154,SC2016,SC2034 # the harness defines and uses them; $ belongs to the container
# Sourced by suite: each function is a check. AppArmor, which Debian's kernel has, confines containers and what is run in them.

_parser=$(PATH=$PATH:/sbin:$(dirname "${BASH_SOURCE[0]}")/../../../artifacts/vm/apparmor/sbin command -v apparmor_parser || true)
_load() { "$_parser" --skip-cache --replace >&2; }
_confined='(cat /proc/self/attr/apparmor/current; echo x > /tmp/denied) 2>&1 | tr -d "\0"; echo x > /tmp/allowed && echo end'

program_is_confined_by_the_profile() {
  [[ -n $_parser ]] || give_up 'apparmor_parser is missing: apt-get download apparmor was not possible'
  _load <<'PROFILE'
profile suite-profile flags=(attach_disconnected) {
  file,
  deny /tmp/denied w,
}
PROFILE
  bundle confined "$_confined" process='"apparmorProfile": "suite-profile"'
  matches output $'suite-profile (enforce)*denied*ermission denied*\nend' "$(run_container confined)"
  # Control: the same without the profile.
  bundle confined "$_confined"
  same output $'unconfined\nend' "$(run_container confined)"
}

another_process_is_confined_too() {
  [[ -n $_parser ]] || give_up 'apparmor_parser is missing: apt-get download apparmor was not possible'
  _load <<<'profile suite-other flags=(attach_disconnected) { file, deny /tmp/denied w, }'
  bundle confined 'sleep 1000'
  start_container confined
  matches output $'suite-other (enforce)*ermission denied*\nend' "$(runtime exec --apparmor suite-other confined sh -c "$_confined")"
  same output $'unconfined\nend' "$(runtime exec confined sh -c "$_confined")"
  remove_container confined
}

profile_that_is_not_loaded_is_an_error() {
  bundle confined true process='"apparmorProfile": "suite-missing"'
  ! run_container confined >"$work/message" 2>&1 || give_up 'the container ran unconfined'
  matches message '*suite-missing*ENOENT*load the AppArmor profile*' "$(<"$work/message")"
}

label_of_selinux_is_an_error() {
  bundle confined true process='"selinuxLabel": "system_u:system_r:container_t:s0"'
  ! run_container confined >"$work/message" 2>&1 || give_up 'the container ran unconfined'
  matches message '*$.process.selinuxLabel:*does not run SELinux*' "$(<"$work/message")"
}
