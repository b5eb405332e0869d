/**
 * CRIU does not work on every kernel, nor on that of the machines that test this: a script that leaves what berth looks for. What a
 * real one makes of it is tried in test/lab/scenarios/checkpoints.test.ts.
 */
export const standInForCriu = `#!/bin/sh
[ "$1" = check ] && exit
while [ $# -gt 0 ]; do
  case $1 in --images-dir) images=$2;; esac
  shift
done
echo images >"$images/inventory.img"
`;
