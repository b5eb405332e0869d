#!/bin/sh
# The `berth` command of a source checkout: installs the dependencies when they are missing, then runs
# scripts/main.ts on the pinned Node.js, whatever Node.js the host has.
set -eu
callers_path=$PATH
. "$(dirname -- "$(readlink -f -- "$0")")/bootstrap.sh"
# The hooks of a container see the PATH of whoever calls the runtime.
[ "${1-}" != oci ] || PATH=$callers_path
# Types are stripped and code is compiled once, not at every start; where this cannot be written, every time.
export NODE_COMPILE_CACHE="${NODE_COMPILE_CACHE:-$ROOT/.cache/compile}"
exec "$NODE" --disable-warning=ExperimentalWarning "$ROOT/scripts/main.ts" "$@"
