#!/usr/bin/env bash
# Builds and runs the tests. The last line is "N passed, N failed, N skipped".
# usage: ./test.sh [--unit-only | --integration-only]   (integration tests need root)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
source scripts/packages.sh

least_coverage=90
case ${1:-} in
  "") filter=() ;;
  --unit-only) filter=(--filter-not-trait Category=Integration) ;;
  --integration-only) filter=(--filter-trait Category=Integration) ;;
  *)
    sed -n '3s/^# //p' "$0" >&2
    exit 2
    ;;
esac
if [[ ${1:-} != --unit-only ]]; then
  if ((EUID != 0)); then
    echo "Integration tests make containers, so they need root: sudo ./test.sh (or ./test.sh --unit-only)" >&2
    exit 1
  fi
  install_packages postgresql chromium busybox-static nftables iproute2 openssl ca-certificates curl procps strace jq podman conmon containerd docker.io
fi
require_dotnet
[[ $EUID -ne 0 ]] || install_icu

./build.sh
echo "Building the tests ..."
results=$PWD/artifacts/tests
rm -rf "$results"
mkdir -p "$results"
if ! dotnet build MiniRun.sln -c Release -v quiet >"$results/build.log" 2>&1; then
  grep -E 'error|warn' "$results/build.log" | sort -u | head -n 40 >&2
  echo "Building the tests failed; the whole output is in $results/build.log." >&2
  exit 1
fi

# A program of its own: launching needs a process with one managed thread, which no test host is.
dotnet publish tests/stress -c Release -v quiet -o artifacts/stress >"$results/stress.log" 2>&1 || {
  tail -n 40 "$results/stress.log" >&2
  exit 1
}

# Durations and counts of stress tests are multiplied by this; tests/soak sets 1.
export MINIRUN_TEST_SCALE=${MINIRUN_TEST_SCALE:-0.02}
export MINIRUN_RUNTIME=$PWD/artifacts/bin/minirun-runtime
export MINIRUN_CLI=$PWD/artifacts/bin/minirun

passed=0 failed=0 skipped=0
for project in tests/*.Tests; do
  name=$(basename "$project")
  echo "== $name"
  code=0
  # 8 means that the filter left nothing to run.
  timeout --kill-after=30 1800 dotnet test --project "$project" -c Release --no-build --results-directory "$results" -- \
    ${filter[@]+"${filter[@]}"} --ignore-exit-code 8 \
    --report-trx --report-trx-filename "$name.trx" \
    --coverage --coverage-output-format cobertura --coverage-output "$results/$name.cobertura.xml" \
    --coverage-settings "$PWD/tests/coverage.settings.xml" >"$results/$name.log" 2>&1 || code=$?
  counts=$(awk -f scripts/trx.awk "$results/$name.trx" 2>/dev/null) || counts="0 0 0"
  read -r good bad left <<<"${counts%%$'\n'*}"
  [[ $counts != *$'\n'* ]] || printf '%s\n' "${counts#*$'\n'}"
  if ((code != 0)); then
    # A crash leaves no failed test behind, and must not pass for success.
    ((bad > 0)) || bad=1
    tail -n 200 "$results/$name.log"
  fi
  echo "   $good passed, $bad failed, $left skipped"
  passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + left))
done

# in_machine NAME [OPTION]... COMMAND: counts what a suite says in the virtual machine, "ok NAME" or "not ok NAME: why".
in_machine() {
  local name=$1 log=$results/vm-$1.log code=0 good bad
  shift
  tests/vm/run --timeout 1200 "$@" >"$log" 2>&1 || code=$?
  if ((code == 77)); then
    grep '^VM tests skipped: ' "$log" | sed 's/^/   /'
    skipped=$((skipped + 1))
    return
  fi
  good=$(grep -c '^ok ' "$log") || true
  bad=$(grep -c '^not ok ' "$log") || true
  if ((code != 0 || good == 0)); then
    ((bad > 0)) || bad=1
    grep -A 20 '^not ok ' "$log" || tail -n 40 "$log"
  fi
  echo "   $name: $good passed, $bad failed"
  passed=$((passed + good)) failed=$((failed + bad))
}

if [[ ${1:-} != --unit-only ]]; then
  echo "== VM (unified cgroups)"
  # The machine has a PATH of its own.
  MINIRUN_DOTNET=$(command -v dotnet)
  export MINIRUN_DOTNET
  in_machine suite tests/vm/suite
  in_machine units tests/vm/units
  in_machine callers tests/vm/callers
  echo "== VM (systemd)"
  in_machine suite-systemd --systemd tests/vm/suite
  in_machine suite-hybrid --systemd --hybrid tests/vm/suite
  in_machine units-systemd --systemd tests/vm/units
  in_machine callers-systemd --systemd tests/vm/callers
fi

if [[ -z ${1:-} ]]; then
  echo "== Coverage"
  for assembly in MiniRun.Runtime MiniRun.Data; do
    # Lines of every project's report together: a line is covered when any test ran it.
    percent=$(awk -v assembly="$assembly" -f scripts/coverage.awk "$results"/*.cobertura.xml)
    echo "   $assembly: $percent % of lines (at least $least_coverage %)"
    if awk -v percent="$percent" -v least="$least_coverage" 'BEGIN { exit percent >= least }'; then
      echo "   $assembly is below $least_coverage %: the reports are $results/*.cobertura.xml"
      failed=$((failed + 1))
    fi
  done
fi

echo "$passed passed, $failed failed, $skipped skipped"
((failed == 0))
