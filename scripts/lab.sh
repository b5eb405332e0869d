#!/bin/sh
# `npm run lab`: the scenarios of test/lab on fresh Debian machines under QEMU. A mirror and the npm registry are needed
# the first time. `--short`: what CI runs, one bare machine with one line to hello-world and a reboot, in some three
# minutes.
set -eu
scripts=$(dirname -- "$(readlink -f -- "$0")")
. "$scripts/bootstrap.sh"
. "$scripts/peers.sh"
cd "$ROOT"

if [ "${1-}" = --short ]; then
  shift
  set -- test/lab/scenarios/one-line.test.ts -t 'ends in hello-world|after a reboot' "$@"
fi

# The machines get this one's docker command, and images with its busybox.
install_peers qemu-system-x86_64:qemu-system-x86 qemu-img:qemu-utils debootstrap:debootstrap ssh:openssh-client \
  mkfs.ext4:e2fsprogs setpriv:util-linux docker:docker.io busybox:busybox-static

exec "$NODE" --disable-warning=ExperimentalWarning node_modules/vitest/vitest.mjs run --config vitest.lab.config.ts "$@"
