# shellcheck shell=bash
# Sourced: builds what changed. A part is up to date when its stamp holds the hash of the names, sizes and times of its sources.

# sources_hash PATH... : bin, obj and artifacts are results, not sources.
sources_hash() {
  find "$@" \( -name bin -o -name obj -o -name node_modules \) -prune -o -type f -printf '%p %s %T@\n' | LC_ALL=C sort | sha256sum
}

# up_to_date STAMP HASH RESULT
up_to_date() {
  [[ -e $3 && -f $1 && $(<"$1") == "$2" ]]
}
