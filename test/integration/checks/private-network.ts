import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { CommandRunner } from '../../../scripts/host/commands.ts';
import { runCommand } from '../../../scripts/host/commands.ts';
import { hostAt, type ProvisionHost } from '../../../scripts/host/provision-host.ts';

/** A host with a network, mounts, processes and a /run of its own, so that firewalls can be tried on it. */
export interface PrivateNetwork {
  readonly host: ProvisionHost;
  /** Process id, on this machine, of the first process there. */
  readonly pid: number;
  /** Runs a program there. */
  readonly run: CommandRunner;
  end(): Promise<void>;
}

/** Keeps the namespaces; what is mounted, and what runs there, goes with them. */
const script = [
  'mount -t tmpfs none /run',
  'mkdir -p /run/dbus /run/lock',
  // Folders that firewalls write to, each as a copy: what is done there is done to nobody.
  'for folder in /etc/ufw /etc/firewalld /var/log; do if [ -d $folder ]; then mkdir -p /run/copy$folder; cp -a $folder/. /run/copy$folder; mount --bind /run/copy$folder $folder; fi; done',
  'ip link set lo up',
  'echo ready',
  'exec cat',
].join(' && ');

/** Makes such a host. */
export async function privateNetwork(): Promise<PrivateNetwork> {
  const keeper = spawn('unshare', [
    ...['--net', '--mount', '--pid', '--fork', '--mount-proc', '--kill-child'],
    ...['sh', '-c', script],
  ]);
  const [ready] = (await Promise.race([
    once(keeper.stdout, 'data'),
    once(keeper.stderr, 'data'),
  ])) as [Buffer];
  if (ready.toString() !== 'ready\n') throw new Error(`no namespaces: ${ready.toString()}`);
  const children = `/proc/${keeper.pid ?? 0}/task/${keeper.pid ?? 0}/children`;
  const pid = Number(readFileSync(children, 'utf8').trim());
  const enter = ['--target', String(pid), '--net', '--mount', '--pid', '--'];
  const run: CommandRunner = (command, args, options) =>
    runCommand('nsenter', [...enter, command, ...args], options);
  return {
    host: hostAt(`/proc/${pid}/root`, { run }),
    run,
    pid,
    end: async () => {
      keeper.stdin.end();
      await once(keeper, 'exit');
    },
  };
}
