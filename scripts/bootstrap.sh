# Sourced by berth.sh and test.sh: makes sure that the dependencies are installed. Sets ROOT and NODE.
# POSIX shell, because on a bare host nothing of berth can run before this has.

ROOT=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd -P)
NODE=$ROOT/node_modules/.bin/node

# npm writes this file last, so it is older than the lock file exactly when an install is due.
installed=$ROOT/node_modules/.package-lock.json

if [ ! -x "$NODE" ] || [ ! -f "$installed" ] || [ "$ROOT/package-lock.json" -nt "$installed" ]; then
  if ! command -v npm >/dev/null 2>&1; then
    echo "berth: NPM_MISSING: npm is not installed; wanted any Node.js that comes with npm" >&2
    echo "  remedy: install it, for example: apt-get install npm" >&2
    exit 1
  fi
  echo "berth: installing dependencies (once)" >&2
  (cd "$ROOT" && npm ci --no-fund --no-audit --loglevel=error >&2) || {
    echo "berth: INSTALL_FAILED: npm ci did not finish; wanted the packages in package-lock.json" >&2
    echo "  remedy: see npm's message above; behind a proxy set HTTPS_PROXY" >&2
    exit 1
  }
  touch "$installed"
fi
