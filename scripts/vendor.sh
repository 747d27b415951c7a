#!/usr/bin/env bash
# Fetches the browser libraries of the panel from npm into wwwroot/lib, at the versions pinned here.
# The result is committed, so that a build needs no npm and the panel loads nothing from elsewhere.
set -euo pipefail

cd "$(dirname "$0")/.."
target=wwwroot/lib
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

rm -rf "$target"
mkdir -p "$target"
versions=()

# The SignalR packages carry only the word "MIT" in package.json; this is the text of their repository.
mit_of_aspnetcore() {
  cat <<'TEXT'
The MIT License (MIT)

Copyright (c) .NET Foundation and Contributors

All rights reserved.

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
TEXT
}

# vendor <npm package> <version> <folder below wwwroot/lib> <file in the package>...
vendor() {
  local package=$1 version=$2 name=$3
  shift 3
  mkdir -p "$work/$name" "$target/$name"
  (cd "$work/$name" && npm pack --silent "$package@$version" >/dev/null && tar -xzf ./*.tgz)
  local file
  for file in "$@"; do
    # Source maps are not vendored; a reference to one would be a 404 in the browser's tools.
    sed '/^\/\/# sourceMappingURL=/d' "$work/$name/package/$file" >"$target/$name/$(basename "$file")"
  done
  local license
  license=$(find "$work/$name/package" -maxdepth 1 -iname 'license*' | head -n 1)
  if [[ -n $license ]]; then
    cp "$license" "$target/$name/LICENSE"
  else
    mit_of_aspnetcore >"$target/$name/LICENSE"
  fi
  versions+=("  \"$package\": \"$version\"")
}

vendor @xterm/xterm 6.0.0 xterm lib/xterm.mjs css/xterm.css
vendor @xterm/addon-fit 0.11.0 xterm-addon-fit lib/addon-fit.mjs
vendor uplot 1.6.32 uplot dist/uPlot.esm.js dist/uPlot.min.css
vendor @microsoft/signalr 10.0.11 signalr dist/browser/signalr.min.js
vendor @microsoft/signalr-protocol-msgpack 10.0.11 signalr-msgpack dist/browser/signalr-protocol-msgpack.min.js
# The bundle above contains this one; only its license is needed.
vendor @msgpack/msgpack 2.8.0 msgpack

(
  IFS=$'\n'
  printf '{\n%s\n}\n' "$(printf '%s,\n' "${versions[@]}" | sed '$ s/,$//')"
) >"$target/versions.json"
echo "Vendored ${#versions[@]} packages into $target."
