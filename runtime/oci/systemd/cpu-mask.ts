import { dbus, type DBusValue } from '../../host/dbus/dbus-value.ts';

/** More than any kernel has (CONFIG_NR_CPUS is 8192 at most). */
const most = 8192;

/**
 * A list of CPUs or memory nodes, such as `0-2,5`, as systemd takes it: a bit for each, the lowest first.
 * @returns `undefined` for a list that cannot be read: the kernel says what is wrong with it.
 */
export function cpuMask(list: string): DBusValue | undefined {
  const bytes: number[] = [];
  for (const range of list.split(',')) {
    const match = /^\s*(\d+)(?:-(\d+))?\s*$/.exec(range);
    if (match === null) return undefined;
    const first = Number(match[1]);
    const last = Number(match[2] ?? match[1]);
    if (last >= most) return undefined;
    for (let bit = first; bit <= last; bit += 1) {
      const at = bit >> 3;
      while (bytes.length <= at) bytes.push(0);
      bytes[at] = (bytes[at] ?? 0) | (1 << (bit & 7));
    }
  }
  return dbus.bytes(bytes);
}
