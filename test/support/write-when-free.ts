import { writeFileSync } from 'node:fs';

/** Writes to a file of a cgroup that refuses the value as long as the kernel counts groups that were removed. */
export function writeWhenFree(file: string, value: string): void {
  for (const end = Date.now() + 10_000; ;) {
    try {
      writeFileSync(file, value);
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
    }
  }
}
