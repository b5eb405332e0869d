#!/bin/sh
# `npm test`: installs what the tests need (npm packages and, as root on Debian, the real peers), then runs vitest.
set -eu
. "$(dirname -- "$(readlink -f -- "$0")")/bootstrap.sh"
cd "$ROOT"

# Real components that the tests run against: command, then the Debian package that has it.
peers='objdump:binutils aarch64-linux-gnu-objdump:binutils-aarch64-linux-gnu
  qemu-aarch64-static:qemu-user-static runc:runc docker:docker.io busybox:busybox-static
  ip:iproute2 nft:nftables setpriv:util-linux capsh:libcap2-bin skopeo:skopeo
  docker-registry:docker-registry openssl:openssl'
missing=''
for peer in $peers; do
  command -v "${peer%%:*}" >/dev/null 2>&1 || missing="$missing ${peer#*:}"
done
if [ -n "$missing" ]; then
  echo "berth: installing what the tests run against:$missing" >&2
  # Services of the installed packages must not start on the machine that runs the tests.
  apt-get update -qq >&2
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq --no-install-recommends $missing >&2
fi
exec "$NODE" --disable-warning=ExperimentalWarning node_modules/vitest/vitest.mjs run "$@"
