#!/bin/sh
# Starts berth, or berthd, by the name of this file, on the Node.js, loader and libraries that lie beside it.
self=$(readlink -f "$0") || self=$0
root=${self%/bin/*}
# A link of another name to the runtime is a runtime of that name, in its help and its version.
case $self in */berth-oci) export BERTH_OCI_CALLED_AS="${0##*/}" ;; esac
set -- @NODE_OPTIONS@ "$root/start/${self##*/}" "$@"
# In its own place node finds its loader by itself, and is what /proc says it is. Elsewhere the loader has to be told.
if [ "$root" -ef '@HOME@' ]; then
  exec "$root/bin/node" "$@"
fi
exec "$root/lib/@LOADER@" --library-path "$root/lib" --argv0 "$root/bin/node" "$root/bin/node" "$@"
