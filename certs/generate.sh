#!/usr/bin/env bash
# Makes minirun.crt and minirun.key for HTTPS, signed by a local authority that is made once (ca.crt, ca.key).
# usage: certs/generate.sh [NAME|ADDRESS...]   further names and addresses the panel is reached by
set -euo pipefail
folder=${MINIRUN_CERTS:-$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)}
mkdir -p "$folder"
umask 077
work=$(mktemp -d "$folder/.new.XXXXXX")
trap 'rm -rf "$work"' EXIT

is_address() { [[ $1 == *:* || $1 =~ ^[0-9]+(\.[0-9]+){3}$ ]]; }

names=(localhost "$(hostname)" 127.0.0.1 ::1)
read -r -a addresses <<<"$(hostname -I 2>/dev/null || true)"
names+=("${addresses[@]}" "$@")

list=
declare -A seen=()
for name in "${names[@]}"; do
  # One bad name would void the whole certificate; a comma would start another entry.
  if [[ ! $name =~ ^(\*\.)?[A-Za-z0-9.:_-]+$ ]]; then
    echo "\"$name\" is neither a host name nor an address." >&2
    exit 1
  fi
  [[ -n ${seen[$name]:-} ]] && continue
  seen[$name]=1
  if is_address "$name"; then list+=",IP:$name"; else list+=",DNS:$name"; fi
done

# Only when both are missing: half an authority is somebody's mistake, and replacing it would break every trust in it.
if [[ ! -e $folder/ca.crt && ! -e $folder/ca.key ]]; then
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -sha256 -days 3650 \
    -subj "/CN=MiniRun local authority on $(hostname | cut -c 1-30)" \
    -addext "basicConstraints=critical,CA:TRUE,pathlen:0" -addext "keyUsage=critical,keyCertSign,cRLSign" \
    -keyout "$work/ca.key" -out "$work/ca.crt" 2>"$work/log" || { cat "$work/log" >&2; exit 1; }
  chmod 644 "$work/ca.crt"
  mv "$work/ca.key" "$folder/ca.key"
  mv "$work/ca.crt" "$folder/ca.crt"
fi
for half in ca.crt ca.key; do
  if [[ ! -e $folder/$half ]]; then
    echo "$folder/$half is missing and its other half is there: put it back, or remove both to begin anew." >&2
    exit 1
  fi
done

# 825 days is the longest that browsers accept from a private authority.
cat >"$work/extensions" <<EOF
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = ${list#,}
EOF
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -sha256 -subj "/CN=MiniRun" \
  -keyout "$work/minirun.key" -out "$work/request" 2>"$work/log" || { cat "$work/log" >&2; exit 1; }
openssl x509 -req -in "$work/request" -CA "$folder/ca.crt" -CAkey "$folder/ca.key" -set_serial "0x$(openssl rand -hex 16)" \
  -days 825 -sha256 -extfile "$work/extensions" -out "$work/leaf" 2>"$work/log" || { cat "$work/log" >&2; exit 1; }
cat "$work/leaf" "$folder/ca.crt" >"$work/minirun.crt"
chmod 644 "$work/minirun.crt"
# The panel looks at them again some seconds after a change, when both are in place.
mv "$work/minirun.key" "$folder/minirun.key"
mv "$work/minirun.crt" "$folder/minirun.crt"

echo "Certificate for ${list#,}"
openssl x509 -in "$folder/minirun.crt" -noout -fingerprint -sha256
echo "Valid until $(openssl x509 -in "$folder/minirun.crt" -noout -enddate | cut -d= -f2)"
echo "Trust the authority on a Debian client:  sudo cp $folder/ca.crt /usr/local/share/ca-certificates/minirun.crt && sudo update-ca-certificates"
echo "Or for one call:                         curl --cacert $folder/ca.crt https://localhost:8443/health"
