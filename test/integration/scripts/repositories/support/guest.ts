import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CommandRunner } from '../../../../../scripts/host/commands.ts';
import { hostAt, type ProvisionHost } from '../../../../../scripts/host/provision-host.ts';
import { packedCheckout } from '../../support/packed-checkout.ts';
import { snapshotTree } from '../../support/temp-host.ts';

const checkout = fileURLToPath(new URL('../../../../..', import.meta.url)).replace(/\/$/, '');

/** How a program ended. */
interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * A host with nothing installed: the programs of this machine, seen through an overlay that takes what is installed, with /etc
 * and /var of its own and empty databases of packages. So the real apt and the real dnf work on it, and nothing of it
 * reaches the machine.
 */
export interface Guest extends ProvisionHost {
  /** Runs `berth` on it. */
  berth(...argv: readonly string[]): Promise<Ended>;
  /** Every file of /etc and the lists of packages. */
  snapshot(): Promise<readonly string[]>;
  write(path: string, text: string): Promise<void>;
  remove(): Promise<void>;
}

/**
 * `$1` is a folder on a real disk. The machine's own Docker client is not the guest's. What apt and dpkg of the guest do
 * not find in their empty databases they do not miss: the packages of the tests need nothing.
 */
const setUp = `
set -e
mount --make-rprivate /
mount -t tmpfs berth-guest "$1"
for each in upper work; do mkdir "$1/$each" "$1/$each/usr"; done
mkdir -p "$1/etc" "$1/var/lib/dpkg/info" "$1/var/lib/dpkg/updates" "$1/var/lib/dpkg/triggers"
mkdir -p "$1/var/lib/apt/lists/partial" "$1/var/cache/apt/archives/partial" "$1/var/log/apt" "$1/var/tmp" "$1/var/lib/rpm"
cp -a /etc/passwd /etc/group /etc/shadow /etc/nsswitch.conf /etc/ld.so.cache /etc/alternatives "$1/etc/"
cp -a /etc/dpkg /etc/dnf /etc/rpm /etc/ssl /etc/ca-certificates* "$1/etc/" 2>/dev/null || true
mkdir -p "$1/etc/apt/sources.list.d" "$1/etc/apt/apt.conf.d" "$1/etc/apt/trusted.gpg.d" "$1/etc/apt/preferences.d" "$1/etc/yum.repos.d"
rm -rf "$1/etc/dnf/vars"; mkdir -p "$1/etc/dnf"
# apt's own user cannot look into the guest, and servers that are not there need not be asked again.
printf 'APT::Sandbox::User "root";\nAcquire::Retries "0";\n' > "$1/etc/apt/apt.conf.d/90guest"
: > "$1/var/lib/dpkg/status"
: > "$1/var/lib/dpkg/available"
printf '[main]\ngpgcheck=1\nretries=1\ntimeout=10\n' > "$1/etc/dnf/dnf.conf"
# As on the distributions that have rpm: Debian keeps its database in the home of whoever asks.
mkdir -p "$1/etc/rpm"; echo "%_dbpath /var/lib/rpm" > "$1/etc/rpm/macros"
ln -s /run "$1/var/run"
mount -t overlay berth-guest -o "lowerdir=/usr,upperdir=$1/upper/usr,workdir=$1/work/usr" /usr
rm -f /usr/bin/docker /usr/local/bin/docker
mkdir "$1/run"
mount -t tmpfs -o mode=755 berth-guest "$1/run"
# The checkout stays to be seen where the guest has something of its own.
case $2 in
  /etc/* | /var/* | /run/*) mkdir -p "$1$2"; mount --rbind "$2" "$1$2" ;;
esac
for each in etc var run; do mount --rbind "$1/$each" "/$each"; done
echo ready
exec sleep infinity
`;

/** Makes a guest that says of itself what os-release(5) says. Needs root. */
export async function makeGuest(osRelease: readonly string[]): Promise<Guest> {
  const main = join(await packedCheckout(), 'scripts/main.ts');
  const folder = await mkdtemp(join(tmpdir(), 'berth-guest-'));
  const holder = spawn('unshare', ['--mount', 'sh', '-c', setUp, 'sh', folder, checkout], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const started = await Promise.race([once(holder.stdout, 'data'), once(holder, 'exit')]);
  if (!String(started[0]).startsWith('ready')) throw new Error('the guest did not come up');
  const pid = String(holder.pid);
  const inGuest = (command: string, args: readonly string[], env = {}): Promise<Ended> =>
    run(['nsenter', '--target', pid, '--mount', '--wd=/', '--', command, ...args], env);
  const runner: CommandRunner = (command, args, options = {}) =>
    inGuest(command, args, { LC_ALL: 'C', ...options.env });
  const host = hostAt(`/proc/${pid}/root`, { run: runner });
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(host.path(path)), { recursive: true });
    await writeFile(host.path(path), text);
  };
  await write('/etc/os-release', `${osRelease.join('\n')}\n`);
  return {
    ...host,
    write,
    berth: (...argv) => inGuest(process.execPath, [main, ...argv]),
    snapshot: async () => {
      const lines = await snapshotTree(host.path('/etc'));
      // Caches of the linker and of the package managers are not put back.
      return lines.filter((line) => !/^\/ld\.so\.cache|^\/alternatives/.test(line));
    },
    remove: async () => {
      holder.kill('SIGKILL');
      await once(holder, 'exit');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function run(
  [command = '', ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Ended> {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const texts = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (texts.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (texts.stderr += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { exitCode: code ?? 128, ...texts };
}
