import { orIfMissing, readlink, readTextIfExists } from '../host/files.ts';
import { isAlive } from '../host/process-identity.ts';
import { processesIn } from './cgroup-folders.ts';
import type { StoredState } from './state/stored-state.ts';

/** The processes in a container's cgroups: all, and those that are the container's, as others may have been put there too. */
export interface CgroupMembers {
  readonly all: readonly number[];
  readonly own: readonly number[];
}

/**
 * Looks who is in a container's cgroups, and who of them is its own: those in its pid namespace, or in one that was made in
 * there, whose processes descend from it. Of a container without a namespace of its own all count.
 */
export async function membersOf({
  cgroup,
  process,
  sharesPids,
}: Pick<StoredState, 'cgroup' | 'process' | 'sharesPids'>): Promise<CgroupMembers> {
  const all = await processesIn(cgroup);
  if (sharesPids) return { all, own: all };
  // With the first process all others of its namespace end, and its number may be another's.
  if (!(await isAlive(process))) return { all, own: [] };
  const { pid: first } = process;
  const namespace = await pidNamespace(first);
  const facts = await Promise.all(
    all.map(async (pid) => ({
      pid,
      parent: await parentOf(pid),
      isMember:
        pid === first || (namespace !== undefined && (await pidNamespace(pid)) === namespace),
    })),
  );
  const own = new Set(facts.filter(({ isMember }) => isMember).map(({ pid }) => pid));
  for (let before = -1; before !== own.size;) {
    before = own.size;
    for (const { pid, parent } of facts) if (parent !== undefined && own.has(parent)) own.add(pid);
  }
  return { all, own: all.filter((pid) => own.has(pid)) };
}

/** Such as `pid:[4026531836]`; `undefined` when the process is gone. */
async function pidNamespace(pid: number): Promise<string | undefined> {
  try {
    return await orIfMissing(readlink(`/proc/${pid}/ns/pid`), undefined);
  } catch {
    // It is ending this moment (ESRCH).
    return undefined;
  }
}

async function parentOf(pid: number): Promise<number | undefined> {
  try {
    const status = await readTextIfExists(`/proc/${pid}/status`);
    const [, parent] = /^PPid:\s*(\d+)$/m.exec(status ?? '') ?? [];
    return parent === undefined ? undefined : Number(parent);
  } catch {
    return undefined;
  }
}
