# shellcheck shell=bash
# Sourced: installs Debian packages that are missing, and only those.

# install_packages NAME...
install_packages() {
  local package missing=()
  for package in "$@"; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
  done
  ((${#missing[@]} == 0)) && return 0
  if ((EUID != 0)); then
    echo "Missing packages: ${missing[*]}. Run this script with sudo, or: sudo apt-get install ${missing[*]}" >&2
    return 1
  fi
  echo "Installing ${missing[*]} ..." >&2
  export DEBIAN_FRONTEND=noninteractive
  if [[ -z ${packages_are_listed:-} ]]; then
    apt-get update -qq >&2
    packages_are_listed=1
  fi
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
}

# What NativeAOT links with: a compiler driver (either will do), the linker, libc to be linked statically (musl for
# minirun-runtime, glibc for the rest), objcopy.
install_build_packages() {
  if command -v clang >/dev/null || command -v gcc >/dev/null; then
    install_packages lld libc6-dev musl-dev zlib1g-dev binutils
  else
    install_packages clang lld libc6-dev musl-dev zlib1g-dev binutils
  fi
}

# ICU's package carries its version in its name.
install_icu() {
  local package
  [[ -n $(compgen -G '/usr/lib/*/libicuuc.so.*') ]] && return 0
  ((EUID == 0)) && [[ -z ${packages_are_listed:-} ]] && apt-get update -qq >&2 && packages_are_listed=1
  package=$(apt-cache search --names-only '^libicu[0-9]+$' | awk '{ print $1 }' | sort -V | tail -n 1)
  if [[ -z $package ]]; then
    echo "No package libicu<number> is known to apt: install ICU by hand." >&2
    return 1
  fi
  install_packages "$package"
}

# The SDK is not in Debian: say where it is from instead of adding sources to somebody's machine.
require_dotnet() {
  if ! command -v dotnet >/dev/null || ! dotnet --list-sdks | grep -q '^10\.'; then
    echo "The .NET 10 SDK is missing: install it from https://dotnet.microsoft.com/download/dotnet/10.0 and run this again." >&2
    return 1
  fi
}
