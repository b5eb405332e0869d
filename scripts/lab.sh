#!/bin/sh
# `npm run lab`: the scenarios of test/lab on fresh Debian machines under QEMU. Some minutes; a mirror and the npm
# registry are needed the first time.
set -eu
scripts=$(dirname -- "$(readlink -f -- "$0")")
. "$scripts/bootstrap.sh"
. "$scripts/peers.sh"
cd "$ROOT"

install_peers qemu-system-x86_64:qemu-system-x86 qemu-img:qemu-utils debootstrap:debootstrap ssh:openssh-client \
  mkfs.ext4:e2fsprogs

exec "$NODE" --disable-warning=ExperimentalWarning node_modules/vitest/vitest.mjs run --config vitest.lab.config.ts "$@"
