/**
 * Where a host keeps the bundle for the next verb of a fleet, until `fleet down`: a folder named by the archive's
 * digest, which appears by a rename, so that it is whole when it is there. Root's alone.
 *
 * Not /tmp, whose names anyone may take, and not below /var/lib/berth, whose appearing and going is the journal's to
 * tell.
 */
export const stagingFolder = '/var/cache/berth-fleet';

/** What each of a fleet's scripts begins with. */
export const prelude = `
umask 077
dir=${stagingFolder}
say() { echo "berth-fleet:$1=$2"; }
`;

/**
 * Locks of flock(2), which end with whoever holds them: a script that receives a bundle has the folder to itself,
 * those that run berth from it share it. Without flock(1) nobody is kept waiting, and nothing is left to continue
 * with.
 *
 * The lock's file may have gone with the folder while one waited for it: then it is another file, and the wait begins
 * anew.
 */
export const locks = `
have_flock() { command -v flock >/dev/null 2>&1; }
lock() {
  have_flock || return 0
  while :; do
    mkdir -p "$dir" && chmod 700 "$dir" || return 1
    exec 9>"$dir/lock" || return 1
    flock -n "$1" 9 || { say state waiting; flock "$1" 9; }
    [ "$dir/lock" -ef /proc/self/fd/9 ] && return 0
  done
}
`;
