import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runCommand } from '../../../../../scripts/host/commands.ts';
import { hostAt, type ProvisionHost } from '../../../../../scripts/host/provision-host.ts';

/**
 * This machine, with everything on it, as one that may be changed: an overlay over its root whose upper layer is in
 * memory and goes with `remove`. Package managers run there as they are, with their own paths and their own locks.
 */
export interface PrivateMachine extends ProvisionHost {
  /** Writes a file, and the folders above it. */
  write(path: string, content: string | Uint8Array): Promise<void>;
  /** Makes `content` fill a folder, and moves it to the machine as `path`. Programs cannot work through /proc/<pid>/root. */
  fill(path: string, content: (folder: string) => Promise<void>): Promise<void>;
  /** Runs a program that has to succeed; returns what it printed. */
  must(...argv: readonly [string, ...string[]]): Promise<string>;
  /** Starts a program that goes on. It is ended with the machine at the latest. */
  start(...argv: readonly [string, ...string[]]): ChildProcess;
  remove(): Promise<void>;
}

const setUp = `
set -e
mount --make-rprivate /
mount -t tmpfs berth-test "$1"
mkdir "$1/upper" "$1/work" "$1/merged"
mount -t overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" berth-test "$1/merged"
for folder in proc sys dev; do mount --rbind "/$folder" "$1/merged/$folder"; done
mount -t tmpfs -o mode=755 berth-test "$1/merged/run"
mount -t tmpfs -o mode=1777 berth-test "$1/merged/tmp"
exec chroot "$1/merged" sh -c 'echo ready; exec sleep infinity'
`;

/** Makes a private machine of the distribution `id`, as os-release(5) names it. Needs root. */
export async function makePrivateMachine(id: string): Promise<PrivateMachine> {
  const folder = await mkdtemp(join(tmpdir(), 'berth-machine-'));
  const holder = spawn('unshare', ['--mount', 'sh', '-c', setUp, 'sh', folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(holder.stdout, 'data');
  const enter = ['--target', String(holder.pid), '--mount', '--root', '--wdns=/', '--'];
  const children: ChildProcess[] = [];
  const host = hostAt(`/proc/${holder.pid ?? 0}/root`, {
    run: (command, args, options) => runCommand('nsenter', [...enter, command, ...args], options),
  });
  const write = async (path: string, content: string | Uint8Array): Promise<void> => {
    await mkdir(dirname(host.path(path)), { recursive: true });
    await writeFile(host.path(path), content);
  };
  await rm(host.path('/etc/os-release'));
  await write('/etc/os-release', `ID=${id}\nVERSION_ID="1"\n`);
  return {
    ...host,
    write,
    fill: async (path, content) => {
      const made = await mkdtemp(join(tmpdir(), 'berth-made-'));
      // Downloads are done by a user without rights.
      await chmod(made, 0o755);
      await content(made);
      await cp(made, host.path(path), { recursive: true, verbatimSymlinks: true });
      await rm(made, { recursive: true });
    },
    must: async (command, ...args) => {
      const result = await host.run(command, args);
      if (result.exitCode === 0) return result.stdout;
      throw new Error(`${command} ${args.join(' ')}: ${result.stdout}${result.stderr}`);
    },
    start: (...argv) => {
      const child = spawn('nsenter', [...enter, ...argv], { stdio: ['pipe', 'pipe', 'inherit'] });
      children.push(child);
      return child;
    },
    remove: async () => {
      for (const child of [...children, holder]) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}
