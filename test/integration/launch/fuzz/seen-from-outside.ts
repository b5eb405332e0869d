import { readFileSync, readlinkSync, statSync } from 'node:fs';
import { capabilitySet } from '../../../../runtime/launch/process/capabilities.ts';
import type { Spec } from '../../../../runtime/spec/spec.ts';

/** Names of files under /proc/<pid>/ns that are not those of a config. */
const namespaceFiles: Readonly<Record<string, string>> = { network: 'net', mount: 'mnt' };

/**
 * What of a config a running process does not have, as /proc shows it from outside: the container itself may have none,
 * and no program to look with. `undefined` when the process has ended meanwhile: its limits may be too narrow to live.
 */
export function differences(
  pid: number,
  spec: Spec,
  folder: string,
): readonly string[] | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    if (/^State:\s+[ZX]/m.test(status)) return undefined;
    const found = [
      ...identity(status, spec),
      ...capabilities(status, spec),
      ...namespaces(pid, spec),
      ...environment(pid, spec),
      ...surroundings(pid, spec, folder),
    ];
    // One that ends has no memory any more before it is a zombie.
    const ended = readFileSync(`/proc/${pid}/cmdline`, 'utf8') === '';
    return ended ? undefined : found;
  } catch {
    return undefined;
  }
}

function differs(what: string, seen: unknown, wanted: unknown): readonly string[] {
  const [is, was] = [JSON.stringify(seen), JSON.stringify(wanted)];
  return is === was ? [] : [`${what} is ${is}, wanted ${was}`];
}

const line = (status: string, name: string): string =>
  new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1]?.trim() ?? '';

/** Ids as the host sees them; in a user namespace they are others. */
function identity(status: string, { process, linux }: Spec): readonly string[] {
  const { uid, gid, umask = 0o022 } = process.user;
  const others = linux.namespaces.some(({ type }) => type === 'user');
  const four = (id: number): string => [id, id, id, id].join('\t');
  return [
    ...(others ? [] : differs('Uid', line(status, 'Uid'), four(uid))),
    ...(others ? [] : differs('Gid', line(status, 'Gid'), four(gid))),
    ...differs('Umask', parseInt(line(status, 'Umask'), 8), umask),
    ...differs('NoNewPrivs', line(status, 'NoNewPrivs'), process.noNewPrivileges ? '1' : '0'),
    ...differs('Seccomp', line(status, 'Seccomp') === '2', linux.seccomp !== undefined),
  ];
}

/** A set never has more than its config: execve(2) and the kernel may take some away, and nobody may add one. */
function capabilities(status: string, { process }: Spec): readonly string[] {
  const { capabilities: sets } = process;
  if (!sets) return [];
  // On execve(2) root gets all that its bounding set has left, as every program of root does.
  const most = [...sets.bounding];
  const limits = {
    CapBnd: sets.bounding,
    CapInh: sets.inheritable,
    CapAmb: sets.ambient,
    CapPrm: [...most, ...sets.ambient, ...sets.inheritable],
    CapEff: [...most, ...sets.ambient, ...sets.inheritable],
  };
  return Object.entries(limits).flatMap(([name, list]) => {
    const { mask } = capabilitySet(list);
    const extra = BigInt(`0x${line(status, name)}`) & ~mask;
    return extra === 0n ? [] : [`${name} has ${extra.toString(16)} besides`];
  });
}

function namespaces(pid: number, { linux }: Spec): readonly string[] {
  return linux.namespaces.flatMap(({ type, path }) => {
    const file = namespaceFiles[type] ?? type;
    const seen = readlinkSync(`/proc/${pid}/ns/${file}`);
    if (path !== undefined) return differs(type, seen, `${file}:[${statSync(path).ino}]`);
    return seen === readlinkSync(`/proc/self/ns/${file}`) ? [`${type} is the host's`] : [];
  });
}

function environment(pid: number, { process }: Spec): readonly string[] {
  const read = (file: string): string[] =>
    readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0').slice(0, -1);
  const { oomScoreAdj } = process;
  return [
    ...differs('environ', read('environ'), process.env),
    ...differs('cmdline', read('cmdline'), process.args),
    ...(oomScoreAdj === undefined || oomScoreAdj < 0
      ? []
      : differs('oom_score_adj', Number(readFileSync(`/proc/${pid}/oom_score_adj`)), oomScoreAdj)),
  ];
}

/** Its cgroups are its own, and of the host's disk it has nothing mounted but what lies in the machine's folder. */
function surroundings(pid: number, { linux }: Spec, folder: string): readonly string[] {
  const cgroups = readFileSync(`/proc/${pid}/cgroup`, 'utf8').trim().split('\n');
  // A config that was spoilt may name none, or one that is not absolute: below berth's own.
  const { cgroupsPath = '' } = linux;
  const wanted = cgroupsPath.startsWith('/') ? cgroupsPath : `/berth/${cgroupsPath}`;
  const own = cgroups.filter((cgroup) => {
    const path = cgroup.slice(cgroup.lastIndexOf(':') + 1);
    return cgroupsPath === '' ? path.startsWith(wanted) : path === wanted;
  });
  // proc_pid_mountinfo(5): the device comes third, then the folder of it that is mounted.
  const mounts = readFileSync(`/proc/${pid}/mountinfo`, 'utf8').trim().split('\n');
  const { dev } = statSync(folder);
  const disk = `${(dev >> 8) & 0xfff}:${(dev & 0xff) | ((dev >> 12) & 0xfff00)}`;
  const foreign = mounts.filter((mount) => {
    const [, , device, root = ''] = mount.split(' ');
    return device === disk && !root.startsWith(folder);
  });
  return [
    ...(own.length > 0 ? [] : [`cgroups are ${cgroups.join(' ')}`]),
    ...foreign.map((mount) => `has mounted ${mount}`),
  ];
}
