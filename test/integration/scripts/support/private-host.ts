import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { snapshotTree } from './temp-host.ts';

const main = fileURLToPath(new URL('../../../../scripts/main.ts', import.meta.url));

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
 * namespace that goes with `remove`. The kernel, its switches and its control groups are the machine's.
 */
export interface PrivateHost {
  /** Where a path of that host lies for this process. */
  path(onHost: string): string;
  /** Starts a program in it. */
  start(argv: readonly [string, ...string[]]): Running;
  /** Runs `berth` in it. */
  berth(...argv: readonly string[]): Promise<Ended>;
  startBerth(...argv: readonly string[]): Running;
  /** Every file of /etc, /run and /var. */
  snapshot(): Promise<readonly string[]>;
  remove(): Promise<void>;
}

/**
 * Folder `$1` holds what belongs to the host: copies on a real disk, because other tests may change the machine's own
 * /etc at the same time, and because a container's overlay cannot lie on an overlay.
 */
const setUp = `
set -e
mount --make-rprivate /
mkdir "$1/var" "$1/var/lib" "$1/var/log" "$1/var/tmp"
cp -a /etc "$1/etc"
# Nobody outside is asked whether packages are to be had.
rm -rf "$1"/etc/apt/sources.list "$1"/etc/apt/sources.list.d/*
mkdir "$1/var/lib/dpkg" "$1/var/lib/dpkg/info" "$1/var/lib/dpkg/updates"
cp -a /var/lib/dpkg/status "$1/var/lib/dpkg/status"
ln -s /run "$1/var/run"
mkdir "$1/opt" "$1/over"
mount --bind "$1/opt" /opt
mount -t tmpfs berth-test "$1/over"
mkdir "$1/over/upper" "$1/over/work"
mount -t overlay -o "lowerdir=/usr/local/bin,upperdir=$1/over/upper,workdir=$1/over/work" berth-test /usr/local/bin
mount --bind "$1/etc" /etc
mount --bind "$1/var" /var
mount -t tmpfs -o mode=755 berth-test /run
echo ready
exec sleep infinity
`;

/** Makes a private host. Needs root. */
export async function makePrivateHost(): Promise<PrivateHost> {
  const folder = await mkdtemp(join(tmpdir(), 'berth-private-'));
  const holder = spawn('unshare', ['--mount', 'sh', '-c', setUp, 'sh', folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(holder.stdout, 'data');
  const pid = holder.pid ?? 0;
  const start = (argv: readonly [string, ...string[]]): Running =>
    run('nsenter', ['--target', String(pid), '--mount', '--wd=/', '--', ...argv]);
  const startBerth = (...argv: readonly string[]): Running =>
    start([process.execPath, main, ...argv]);
  const path = (onHost: string): string => join(`/proc/${pid}/root`, onHost);
  return {
    path,
    start,
    startBerth,
    berth: (...argv) => startBerth(...argv).ended,
    snapshot: async () => {
      const trees = ['/etc', '/run', '/var'].map(async (top) =>
        (await snapshotTree(path(top))).map((line) => top + line),
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
