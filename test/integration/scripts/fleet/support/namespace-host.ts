import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { removeTree } from '../../../../support/remove-tree.ts';

/** How a command ended. */
export interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command under way on a host. */
export interface Running {
  readonly process: ChildProcess;
  /** Types something. */
  type(text: string): void;
  readonly ended: Promise<Ended>;
  /** Resolves when its output so far has `text` in it; rejects when it ends without. */
  printed(text: string): Promise<void>;
}

/** This checkout, which runs on hosts as the berth of a bundle. */
export const checkout = fileURLToPath(new URL('../../../../..', import.meta.url)).replace(
  /\/$/,
  '',
);

/** What has to be seen on a host at its own path: the checkout may be where the host has something of its own. */
const seen = [checkout, realpathSync(process.execPath)].filter(
  (path, index) => index === 0 || !path.startsWith(`${checkout}/`),
);

/**
 * A root of its own: the machine's, with private copies of what a run of berth or of a test may touch. The rest is the
 * machine's programs, which nobody changes. /tmp, /run and /root are empty, but for what `seen` lists. /tmp comes last,
 * as the folder `$1` may be in it.
 */
const setUp = `
set -e
mount --make-rprivate /
root=$1
hostname "$2"
shift 2
cd "$root"
mkdir var var/lib var/log var/tmp var/cache opt home root usr usr/local run tmp
mkdir etc
mount -t tmpfs -o mode=755 berth-test "$root/etc"
cp -a /etc/. etc
mkdir -p usr/local/bin var/lib/dpkg/info var/lib/dpkg/updates var/lib/sudo
cp -a /var/lib/dpkg/status var/lib/dpkg/status
ln -s /run var/run
mount -t tmpfs -o mode=755 berth-test "$root/run"
mount -t tmpfs -o mode=1777 berth-test "$root/tmp"
for seen; do
  case $seen in
    /etc/* | /var/* | /opt/* | /home/* | /root/* | /usr/local/* | /run/* | /tmp/*)
      mkdir -p "$root\${seen%/*}"
      if [ -d "$seen" ]; then mkdir "$root$seen"; else : >"$root$seen"; fi
      mount --rbind "$seen" "$root$seen" ;;
  esac
done
chmod 700 root
cd /
for top in etc var opt home root usr/local run tmp; do mount --rbind "$root/$top" "/$top"; done
ip link set lo up
echo 0 >/proc/sys/net/ipv4/ip_forward
echo ready
sleep infinity &
while :; do wait; done
`;

/** Longest time for a host to be made, and for a script on it that is waited for, in milliseconds. */
const longestMs = 60_000;

/** A host in namespaces of its own: mounts, network, processes, name. All of it goes with `remove`. */
export class NamespaceHost {
  readonly name: string;
  readonly #folder: string;
  readonly #holder: ChildProcess;
  /** Process 1 of the host, as this machine knows it. */
  readonly pid: number;

  private constructor(name: string, made: { folder: string; holder: ChildProcess; pid: number }) {
    this.name = name;
    this.#folder = made.folder;
    this.#holder = made.holder;
    this.pid = made.pid;
  }

  /** Makes a host without any network. Needs root. */
  static async make(name: string): Promise<NamespaceHost> {
    const folder = mkdtempSync(join(tmpdir(), 'berth-fleet-test-'));
    const flags = ['--mount', '--net', '--pid', '--uts', '--fork', '--kill-child', '--mount-proc'];
    const holder = spawn('unshare', [...flags, 'sh', '-c', setUp, 'sh', folder, name, ...seen], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await madeInTime(holder, name);
    const parent = holder.pid ?? 0;
    const children = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8');
    return new NamespaceHost(name, { folder, holder, pid: Number(children.trim()) });
  }

  /** Where a path of the host lies for this process. */
  path(onHost: string): string {
    return join(`/proc/${this.pid}/root`, onHost);
  }

  /** Runs a shell script on it that has to succeed; returns what it printed. */
  must(script: string): string {
    // Nothing else happens here meanwhile, not even the time limit of the test.
    return execFileSync('nsenter', [...this.#enter(), 'sh', '-ec', script], {
      encoding: 'utf8',
      timeout: longestMs,
      killSignal: 'SIGKILL',
    });
  }

  /** Starts a program on it. */
  start(
    argv: readonly string[],
    options: { readonly env?: Readonly<Record<string, string>> } = {},
  ): Running {
    return startCommand(['nsenter', ...this.#enter(), ...argv], options.env ?? {});
  }

  /** Command lines of what runs on it, process 1 and its sleep left out. */
  processes(): readonly string[] {
    const lines = this.must('ps -eo pid=,stat=,args=').split('\n');
    return lines
      .map((line) => line.trim())
      .filter(
        (line) => line !== '' && !/^\d+ Z|^1 |sleep infinity|ps -eo pid=|sh -ec ps /.test(line),
      );
  }

  /** Connects it to another by a pair of interfaces; this end is `eth0`, the other a port of `bridge` there. */
  plugInto(other: NamespaceHost, bridge: string, address: string): void {
    const port = `p${this.pid}`;
    const there = ['--target', String(other.pid), '--net', '--'];
    const ip = (...args: readonly string[]): void => {
      execFileSync('nsenter', [...there, 'ip', ...args]);
    };
    ip('link', 'add', port, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(this.pid));
    ip('link', 'set', port, 'master', bridge, 'up');
    this.must(`ip address add ${address}/24 dev eth0; ip link set eth0 up`);
  }

  /** Gives it a bridge with an address of its own. */
  addBridge(bridge: string, address: string): void {
    this.must(
      `ip link add ${bridge} type bridge; ip address add ${address}/24 dev ${bridge}; ip link set ${bridge} up`,
    );
  }

  /** Ends every process on it and removes all of it. */
  async remove(): Promise<void> {
    if (this.#holder.exitCode === null && this.#holder.signalCode === null) {
      this.#holder.kill('SIGKILL');
      await once(this.#holder, 'exit');
    }
    removeTree(this.#folder);
  }

  #enter(): readonly string[] {
    const target = ['--target', String(this.pid)];
    return [...target, '--mount', '--net', '--pid', '--uts', '--wd=/', '--'];
  }
}

/** Resolves when the host is ready; rejects when its making fails or takes too long, and ends it then. */
async function madeInTime(holder: ChildProcess, name: string): Promise<void> {
  const limit = AbortSignal.timeout(longestMs);
  const failed = once(holder, 'exit', { signal: limit }).then(([code]: unknown[]) => {
    throw new Error(`the host "${name}" was not made: exit ${String(code)}`);
  });
  try {
    const { stdout } = holder;
    await Promise.race([failed, ...(stdout === null ? [] : [once(stdout, 'data')])]);
  } catch (error) {
    holder.kill('SIGKILL');
    throw limit.aborted ? new Error(`the host "${name}" took longer than ${longestMs} ms`) : error;
  }
  failed.catch(() => undefined);
}

function startCommand(argv: readonly string[], env: Readonly<Record<string, string>>): Running {
  const [program = '', ...args] = argv;
  const child = spawn(program, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], HOME: '/root', ...env },
  });
  const texts = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (texts.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (texts.stderr += text));
  const ended = once(child, 'close').then(([code, signal]: unknown[]): Ended => {
    const exitCode = typeof code === 'number' ? code : signal === 'SIGINT' ? 130 : 128;
    return { exitCode, ...texts };
  });
  return {
    process: child,
    type: (text) => void child.stdin.write(text),
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
