#!/bin/sh
# `npm run bench`: measures berth beside runc and dockerd from Debian's packages, in one run. Add `-- --record` to keep
# the table in docs/benchmarks.md.
set -eu
scripts=$(dirname -- "$(readlink -f -- "$0")")
. "$scripts/bootstrap.sh"
. "$scripts/peers.sh"
cd "$ROOT"

install_peers docker:docker.io dockerd:docker.io runc:runc busybox:busybox-static

exec "$NODE" --disable-warning=ExperimentalWarning test/bench/main.ts "$@"
