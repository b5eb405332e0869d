#!/bin/sh
# `npm run bench`: measures berth beside runc, dockerd and skopeo from Debian's packages, in one run. Add `-- --record` to keep
# the table in docs/benchmarks.md.
set -eu
scripts=$(dirname -- "$(readlink -f -- "$0")")
. "$scripts/bootstrap.sh"
. "$scripts/peers.sh"
cd "$ROOT"

install_peers docker:docker.io dockerd:docker.io runc:runc busybox:busybox-static skopeo:skopeo \
  docker-registry:docker-registry debootstrap:debootstrap dnsperf:dnsperf iperf3:iperf3 wrk:wrk

exec "$NODE" --disable-warning=ExperimentalWarning test/bench/main.ts "$@"
