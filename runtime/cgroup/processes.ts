import { orIfMissing, readdir, readTextIfExists } from '../host/files.ts';

/** A cgroup and all below it, those below first. */
export async function withChildren(folder: string): Promise<readonly string[]> {
  const entries = await orIfMissing(readdir(folder, { withFileTypes: true }), []);
  const children = entries.filter((entry) => entry.isDirectory());
  const below = await Promise.all(children.map(({ name }) => withChildren(`${folder}/${name}`)));
  return [...below.flat(), folder];
}

/** The processes in a cgroup and in those below it, by number (cgroups(7), cgroup.procs). */
export async function processesBelow(folder: string): Promise<readonly number[]> {
  const lists = await Promise.all(
    (await withChildren(folder)).map((each) => readTextIfExists(`${each}/cgroup.procs`)),
  );
  const pids = lists.flatMap((list = '') => list.split('\n').filter(Boolean).map(Number));
  return [...new Set(pids)].sort((one, other) => one - other);
}
