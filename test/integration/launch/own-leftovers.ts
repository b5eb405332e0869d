import { setTimeout as sleep } from 'node:timers/promises';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { Machine } from './machine.ts';

/** How long what is on its way out may take. */
const patienceMs = 10_000;

/** Standard streams, the socket and what tells of children: all that a launcher holds. */
const launcherDescriptors = 5;

/**
 * Expects that nothing is left of the containers of a machine: no process, mount, cgroup or descriptor. Unlike
 * `expectAsBefore` it looks at nothing else, so that others may work on the host meanwhile.
 */
export async function expectNothingLeft(machine: Machine): Promise<void> {
  const until = Date.now() + patienceMs;
  let left = await leftOf(machine);
  while (left.length > 0 && Date.now() < until) {
    await sleep(2);
    left = await leftOf(machine);
  }
  if (left.length > 0) throw new Error(`left behind: ${left.join(', ')}`);
}

async function leftOf({ folder, launcher }: Machine): Promise<readonly string[]> {
  const pid = await launcher.pid();
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line.includes(folder));
  const descriptors = names(`/proc/${pid}/fd`);
  return [
    ...(children === '' ? [] : [`processes ${children}`]),
    ...inFolders(folder).map((one) => `process ${one}`),
    ...mounts.map((line) => `mount ${line}`),
    ...cgroups().map((path) => `cgroup ${path}`),
    ...(descriptors.length === launcherDescriptors ? [] : [`descriptors ${descriptors.join(' ')}`]),
  ];
}

/** Processes of a start that are nobody's child any more: their folder is still that of the monitor. */
function inFolders(folder: string): readonly string[] {
  return names('/proc').filter((pid) => {
    try {
      return readlinkSync(`/proc/${pid}/cwd`).startsWith(`${folder}/`);
    } catch {
      return false;
    }
  });
}

/** Folders that `Machine.request`, or a config made after it, has named. */
function cgroups(): readonly string[] {
  return ['', ...names('/sys/fs/cgroup')].flatMap((hierarchy) => {
    const folder = `/sys/fs/cgroup/${hierarchy}/berth`;
    return names(folder)
      .filter((name) => name.startsWith(`test-${process.pid}-`))
      .map((name) => `${folder}/${name}`);
  });
}

function names(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
