import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packedCheckout } from './packed-checkout.ts';
import { snapshotTree } from './temp-host.ts';

const checkout = fileURLToPath(new URL('../../../..', import.meta.url));
const main = join(checkout, 'scripts/main.ts');

/** How a command ended. */
interface Ended {
  /** 128 + n when signal n ended it. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command under way on a private host. */
interface Running {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when its output so far has `text` in it; rejects when it ends without. */
  printed(text: string): Promise<void>;
}

/**
 * A host of one's own: /etc of this machine, an empty /run and /opt and almost empty /var, all of them seen only in a mount
 * namespace that goes with `remove`, and switches for forwarding that nobody obeys. The kernel, its other switches and its
 * control groups are the machine's.
 */
export interface PrivateHost {
  /** Where a path of that host lies for this process. */
  path(onHost: string): string;
  /** Starts a program in it. */
  start(argv: readonly [string, ...string[]]): Running;
  /** Runs `berth` in it: of a packed checkout, which starts in half the time. */
  berth(...argv: readonly string[]): Promise<Ended>;
  startBerth(...argv: readonly string[]): Running;
  /** Runs `berth` of this checkout's TypeScript in it, whose daemon is of TypeScript then, too. */
  berthOfSources(...argv: readonly string[]): Promise<Ended>;
  /** Every file of /etc, /run and /var. */
  snapshot(): Promise<readonly string[]>;
  remove(): Promise<void>;
}

/**
 * Folder `$1` holds what belongs to the host: copies, because other tests may change the machine's own /etc at the same
 * time. /var is on a real disk, because a container's overlay cannot lie on an overlay. /etc is in memory, because ext4
 * takes most of a second to make so many files where as many have just been removed: it passes over each inode of the last
 * five seconds.
 *
 * The folders after it are on the private host what they are on the machine, also below the folders that it has of its own:
 * held open, and mounted again from there, by a path of proc(5) that mount(8) must not resolve itself.
 */
const setUp = `
set -e
own=$1
shift
number=3
for kept; do
  eval "exec $number"'<"$kept"'
  number=$((number + 1))
done
mount --make-rprivate /
mkdir "$own/var" "$own/var/lib" "$own/var/log" "$own/var/tmp"
mkdir "$own/etc"
mount -t tmpfs -o mode=755 berth-test "$own/etc"
cp -a /etc/. "$own/etc"
# Nobody outside is asked whether packages are to be had.
rm -rf "$own"/etc/apt/sources.list "$own"/etc/apt/sources.list.d/*
mkdir "$own/var/lib/dpkg" "$own/var/lib/dpkg/info" "$own/var/lib/dpkg/updates"
cp -a /var/lib/dpkg/status "$own/var/lib/dpkg/status"
ln -s /run "$own/var/run"
mkdir "$own/opt" "$own/over"
mount --bind "$own/opt" /opt
mount -t tmpfs berth-test "$own/over"
mkdir "$own/over/upper" "$own/over/work"
mount -t overlay -o "lowerdir=/usr/local/bin,upperdir=$own/over/upper,workdir=$own/over/work" berth-test /usr/local/bin
mount --bind "$own/etc" /etc
mount --bind "$own/var" /var
# Hosts that change one kernel's switches at the same time would put back what the other one has set.
for switch in net/ipv4/ip_forward net/ipv6/conf/all/forwarding; do
  if [ -e "/proc/sys/$switch" ]; then
    mkdir -p "$own/switches/$(dirname "$switch")"
    cat "/proc/sys/$switch" >"$own/switches/$switch"
    mount --bind "$own/switches/$switch" "/proc/sys/$switch"
  fi
done
# No D-Bus in its /run, so no firewalld: a program of Python takes as long to find that out as berth takes to start.
firewall=$(command -v firewall-cmd) && {
  printf '#!/bin/sh\necho "not running" >&2\nexit 252\n' >"$own/firewall-cmd"
  chmod 755 "$own/firewall-cmd"
  mount --bind "$own/firewall-cmd" "$firewall"
}
mount -t tmpfs -o mode=755 berth-test /run
number=3
for kept; do
  mkdir -p "$kept"
  mount --no-canonicalize --bind /proc/self/fd/$number "$kept"
  eval "exec $number<&-"
  number=$((number + 1))
done
echo ready
exec sleep infinity
`;

/** Whether the private host has something of its own where this path leads. */
const isHidden = (path: string): boolean => /^\/(etc|opt|run|var)\//.test(path);

/**
 * Makes a private host. Needs root.
 *
 * @param kept Folders of the machine that it has too: berth itself, and the Node.js that runs it.
 */
export async function makePrivateHost(
  kept: readonly string[] = [checkout, dirname(process.execPath)],
): Promise<PrivateHost> {
  const packed = join(await packedCheckout(), 'scripts/main.ts');
  const folder = await mkdtemp(join(tmpdir(), 'berth-private-'));
  const shown = kept.map((path) => resolve(path)).filter(isHidden);
  const holder = spawn('unshare', ['--mount', 'sh', '-c', setUp, 'sh', folder, ...shown], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let complaint = '';
  holder.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  const [said] = (await Promise.race([
    once(holder.stdout, 'data'),
    once(holder, 'close').then(() => ['']),
  ])) as readonly unknown[];
  if (String(said) !== 'ready\n') {
    await rm(folder, { recursive: true, force: true });
    throw new Error(`no private host could be made: ${complaint}`);
  }
  const pid = holder.pid ?? 0;
  const start = (argv: readonly [string, ...string[]]): Running =>
    run('nsenter', ['--target', String(pid), '--mount', '--wd=/', '--', ...argv]);
  const startBerth = (...argv: readonly string[]): Running =>
    start([process.execPath, packed, ...argv]);
  const path = (onHost: string): string => join(`/proc/${pid}/root`, onHost);
  const skip = (each: string): boolean => shown.some((folder) => each === path(folder));
  return {
    path,
    start,
    startBerth,
    berth: (...argv) => startBerth(...argv).ended,
    berthOfSources: (...argv) => start([process.execPath, main, ...argv]).ended,
    snapshot: async () => {
      const trees = ['/etc', '/run', '/var'].map(async (top) =>
        (await snapshotTree(path(top), { skip })).map((line) => top + line),
      );
      return (await Promise.all(trees)).flat();
    },
    remove: async () => {
      holder.kill('SIGKILL');
      await once(holder, 'exit');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function run(command: string, args: readonly string[]): Running {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const texts = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (texts.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (texts.stderr += text));
  const signals: Readonly<Record<string, number>> = { SIGINT: 130, SIGKILL: 137, SIGTERM: 143 };
  const ended = once(child, 'close').then(([code, signal]: unknown[]): Ended => {
    const exitCode = typeof code === 'number' ? code : (signals[String(signal)] ?? 128);
    return { exitCode, ...texts };
  });
  return {
    process: child,
    ended,
    printed: async (text) => {
      while (!texts.stdout.includes(text)) {
        const next = await Promise.race([once(child.stdout, 'data'), ended.then(() => undefined)]);
        if (next === undefined && !texts.stdout.includes(text)) {
          throw new Error(`ended without "${text}": ${texts.stdout}${texts.stderr}`);
        }
      }
    },
  };
}

/** Names and pids of berth's long-lived processes that have `folder`'s mount namespace, zombies left out. */
export async function processesIn(host: PrivateHost): Promise<readonly string[]> {
  const { readlink } = await import('node:fs/promises');
  const holder = /^\/proc\/(\d+)\//.exec(host.path('/'))?.[1] ?? '';
  const namespace = await readlink(`/proc/${holder}/ns/mnt`);
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    if (pid === holder) continue;
    const same = await readlink(`/proc/${pid}/ns/mnt`).catch(() => '');
    if (same !== namespace) continue;
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') Z');
    if (!stat.includes(') Z')) found.push(`${pid} ${stat.split(' ')[1] ?? ''}`);
  }
  return found;
}
