import { readTextIfExists } from './files.ts';

/** The id of a group in /etc/group (group(5)); `undefined` when there is none of that name. */
export async function groupId(name: string): Promise<number | undefined> {
  for (const line of ((await readTextIfExists('/etc/group')) ?? '').split('\n')) {
    const [group, , id] = line.split(':');
    if (group === name && id !== undefined) return Number(id);
  }
  return undefined;
}
