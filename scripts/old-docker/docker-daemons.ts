import { basename } from 'node:path';
import { listFolder, readTextIfExists, readlink } from '../../runtime/host/files.ts';
import { identify } from '../../runtime/host/process-identity.ts';
import { readDockerSettings } from './docker-settings.ts';
import type { DockerDaemon } from './docker-installation.ts';

/**
 * Every dockerd of this host. One that runs in a container has another mount namespace and is not the host's; those of
 * snapd and of users have one too, and are told by their program and their owner.
 */
export async function findDockerDaemons(): Promise<readonly DockerDaemon[]> {
  const pids = (await listFolder('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map(daemonOf));
  return found.filter((daemon) => daemon !== undefined);
}

async function daemonOf(pid: number): Promise<DockerDaemon | undefined> {
  const argv = (await read(pid, 'cmdline')).split('\0').slice(0, -1);
  const [program = ''] = argv;
  if (basename(program) !== 'dockerd') return undefined;
  const identity = await identify(pid);
  const uid = Number(/^Uid:\s+(\d+)/m.exec(await read(pid, 'status'))?.[1] ?? 0);
  const environment = environmentOf(await read(pid, 'environ'));
  const owner = uid === 0 && environment['ROOTLESSKIT_STATE_DIR'] === undefined ? 'system' : 'user';
  if (identity === undefined || !(await isOfThisHost({ pid, program, owner }))) return undefined;
  const unit = unitOf(await read(pid, 'cgroup'));
  return {
    ...identity,
    argv,
    owner,
    ...(await readDockerSettings({ argv, environment, owner })),
    ...(unit === undefined ? {} : { unit }),
  };
}

/** A process may end at any moment, and files of others' may be unreadable: then there is nothing to tell. */
async function read(pid: number, file: string): Promise<string> {
  return (await readTextIfExists(`/proc/${pid}/${file}`).catch(() => undefined)) ?? '';
}

async function isOfThisHost(daemon: {
  readonly pid: number;
  readonly program: string;
  readonly owner: DockerDaemon['owner'];
}): Promise<boolean> {
  if (daemon.owner === 'user' || daemon.program.includes('/snap/')) return true;
  const namespace = (of: string): Promise<string> =>
    readlink(`/proc/${of}/ns/mnt`).catch(() => `unreadable ${of}`);
  return (await namespace(String(daemon.pid))) === (await namespace('self'));
}

function environmentOf(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    text
      .split('\0')
      .filter((entry) => entry.includes('='))
      .map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
  );
}

/** The innermost service of a control group path (systemd.unit(5)), in any hierarchy. */
function unitOf(cgroups: string): string | undefined {
  return /\/([^/\n]+\.service)(?:\/|$)/m.exec(cgroups)?.[1];
}
