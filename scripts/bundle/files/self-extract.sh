#!/bin/sh
# berth @VERSION@ for Linux on @MACHINE@: unpacks itself and runs its install.sh with the arguments given. What follows the
# last line of this text is a tar.gz.
set -eu
folder=$(mktemp -d "${TMPDIR:-/tmp}/berth.XXXXXX")
trap 'rm -rf "$folder"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
tail -n +@LINES@ "$0" | tar -xzf - -C "$folder"
code=0
sh "$folder"/*/install.sh "$@" || code=$?
exit "$code"
