#!/usr/bin/env bash
# Builds everything in Release into artifacts/; parts whose sources did not change are left alone.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
source scripts/packages.sh
source scripts/stamp.sh

case $(uname -m) in
  x86_64) rid=linux-x64 ;;
  aarch64) rid=linux-arm64 ;;
  *)
    echo "MiniRun is built for x86_64 and aarch64, and this machine is $(uname -m)." >&2
    exit 1
    ;;
esac

settings=(Directory.Build.props Directory.Packages.props global.json .editorconfig BannedSymbols.txt build.sh)
stamps=artifacts/stamps
mkdir -p artifacts/bin "$stamps"

# quietly NAME COMMAND... : the output is only worth reading when it failed.
quietly() {
  local log="artifacts/$1.log"
  echo "Building $1 ..."
  if ! "${@:2}" >"$log" 2>&1; then
    tail -n 40 "$log" >&2
    echo "Building $1 failed; the whole output is in $log." >&2
    exit 1
  fi
}

# native PROJECT RESULT SOURCE... : one NativeAOT executable in artifacts/bin.
native() {
  local project=$1 result=$2 hash out
  hash=$(sources_hash "${settings[@]}" "${@:3}")
  up_to_date "$stamps/$result" "$hash" "artifacts/bin/$result" && return
  # MiniRun.Runtime is published under its assembly's name, the CLI as minirun already.
  out=artifacts/publish/$result
  rm -rf "$out"
  quietly "$result" dotnet publish "$project" -c Release -r "$rid" -p:PublishAot=true -o "$out"
  # A new file under the old name: a running monitor keeps the one that it was started from.
  install -m 755 "$out/$([[ -e $out/$result ]] && echo "$result" || echo "$project")" "artifacts/bin/.$result"
  mv -f "artifacts/bin/.$result" "artifacts/bin/$result"
  echo "$hash" >"$stamps/$result"
}

panel() {
  local hash
  hash=$(sources_hash "${settings[@]}" MiniRun.Web MiniRun.Data MiniRun.Runtime "$([[ -d wwwroot ]] && echo wwwroot || echo build.sh)")
  up_to_date "$stamps/panel" "$hash" artifacts/panel/MiniRun.Web && return
  # Beside the old one first, so that a running panel never meets half of a new one.
  rm -rf artifacts/panel.new
  quietly panel dotnet publish MiniRun.Web -c Release --no-self-contained -o artifacts/panel.new
  rm -rf artifacts/panel
  mv artifacts/panel.new artifacts/panel
  echo "$hash" >"$stamps/panel"
}

require_dotnet
install_build_packages
native MiniRun.Runtime minirun-runtime MiniRun.Runtime
native MiniRun.Cli minirun MiniRun.Cli MiniRun.Web/Api/Contracts
panel
echo "Built: artifacts/bin/minirun-runtime, artifacts/bin/minirun, artifacts/panel/"
