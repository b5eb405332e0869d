#!/bin/sh
# `berth oci` of a source checkout as one word, for engines that take the path of a runtime and no arguments: podman's
# `--runtime`, dockerd's `--add-runtime`.
set -eu
# A link of another name is a runtime of that name, in its help and its version.
export BERTH_OCI_CALLED_AS="${0##*/}"
here=$(dirname -- "$(readlink -f -- "$0")")
exec "$here/berth.sh" oci "$@"
