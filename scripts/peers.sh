# Sourced by test.sh and bench.sh after bootstrap.sh: `install_peers command:package ...` installs the Debian packages of
# the commands that are missing.

install_peers() {
  missing=''
  for peer in "$@"; do
    command -v "${peer%%:*}" >/dev/null 2>&1 || missing="$missing ${peer#*:}"
  done
  [ -n "$missing" ] || return 0
  if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" -ne 0 ]; then
    echo "berth: PEERS_MISSING: not installed:$missing; wanted on a Debian host, as root" >&2
    echo "  remedy: install these packages, then run this again" >&2
    return 1
  fi
  echo "berth: installing what this runs against:$missing" >&2
  # Services of the packages must not start on the machine that runs the tests: RUNLEVEL=1 keeps invoke-rc.d from it.
  apt-get update -qq >&2
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq --no-install-recommends $missing >&2
}
