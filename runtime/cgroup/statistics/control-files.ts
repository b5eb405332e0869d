import { orIfMissing, hasErrno, readFile } from '../../host/files.ts';

/** A 64-bit number of the kernel's: exact, also where JavaScript's own numbers are not. */
export type Count = number | bigint;

/** What the kernel writes as `max`, for those who know no such word. */
const most = 2n ** 64n - 1n;

/** A number of a control file; `undefined` for a text that is none. */
export function parseCount(text: string): Count | undefined {
  if (text === 'max') return most;
  if (!/^-?\d+$/.test(text)) return undefined;
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text);
}

/** The files of one folder; a file that this kernel does not have, or that goes with its cgroup, is empty. */
export class ControlFiles {
  readonly #folder: string | undefined;

  /** @param folder Absent: there is no such controller, and every file is empty. */
  constructor(folder: string | undefined) {
    this.#folder = folder;
  }

  async text(name: string): Promise<string> {
    if (this.#folder === undefined) return '';
    try {
      return (await orIfMissing(readFile(`${this.#folder}/${name}`, 'utf8'), '')).trim();
    } catch (error) {
      // Files for what is switched off say that when they are read: memory.kmem.slabinfo, cpu.pressure.
      if (hasErrno(error, 'EOPNOTSUPP', 'EIO', 'EINVAL')) return '';
      // The cgroup was removed between open and read.
      if (hasErrno(error, 'ENODEV')) return '';
      throw error;
    }
  }

  async lines(name: string): Promise<readonly string[]> {
    return (await this.text(name)).split('\n').filter(Boolean);
  }

  /** A file of one number; 0 when it is missing. */
  async count(name: string): Promise<Count> {
    return parseCount(await this.text(name)) ?? 0;
  }

  /** A flat keyed file (`name number` on each line). */
  async counts(name: string): Promise<Readonly<Record<string, Count>>> {
    return countsOf(await this.lines(name));
  }
}

/** Lines of `name number`. */
export function countsOf(lines: readonly string[]): Readonly<Record<string, Count>> {
  return Object.fromEntries(
    lines.flatMap((line) => {
      const [name = '', value = ''] = line.split(' ');
      const count = parseCount(value);
      return count === undefined ? [] : [[name, count]];
    }),
  );
}

/** A list of CPUs or memory nodes, such as `0-2,5`. */
export function numbersOf(list: string): readonly number[] {
  return list
    .split(',')
    .filter(Boolean)
    .flatMap((range) => {
      const [first = 0, last = first] = range.split('-').map(Number);
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    });
}
