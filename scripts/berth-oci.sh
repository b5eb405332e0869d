#!/bin/sh
# `berth oci` of a source checkout as one word, for engines that take the path of a runtime and no arguments: podman's
# `--runtime`, dockerd's `--add-runtime`.
set -eu
here=$(dirname -- "$(readlink -f -- "$0")")
exec "$here/berth.sh" oci "$@"
