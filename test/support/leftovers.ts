import { execFileSync } from 'node:child_process';
import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** What must be the same before and after a test. Compare with `toEqual`: a difference then names what was left. */
export interface Leftovers {
  readonly mounts: readonly string[];
  readonly cgroups: readonly string[];
  readonly interfaces: readonly string[];
  readonly rules: string;
  readonly processes: readonly string[];
}

/** Looks at the machine: mounts, berth's cgroups, network interfaces, nft rules, and processes of berth's making. */
export function leftovers(): Leftovers {
  return {
    mounts: lines('/proc/self/mountinfo')
      .map((line) => line.split(' ').slice(4).join(' '))
      .sort(),
    cgroups: berthCgroups('/sys/fs/cgroup'),
    interfaces: readdirSync('/sys/class/net').sort(),
    rules: execFileSync('nft', ['list', 'ruleset'], { encoding: 'utf8' }),
    processes: readdirSync('/proc').filter(isOfBerth).sort(),
  };
}

/**
 * Expects the machine to be as it was. What has just ended may still be on its way out, so it is looked at again until
 * it is gone, for a while.
 */
export async function expectAsBefore(before: Leftovers): Promise<void> {
  for (let attempt = 0; attempt < 100 && !isDeepStrictEqual(leftovers(), before); attempt += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(leftovers()).toEqual(before);
}

function lines(file: string): readonly string[] {
  return readFileSync(file, 'utf8').trim().split('\n');
}

/** Folders of single containers; berth's own folder above them stays while the engine is installed. */
function berthCgroups(root: string): readonly string[] {
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${root}/${name}/berth`)
    .concat(`${root}/berth`)
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => `${folder}/${name}`),
    );
}

/** Monitors and programs of launchers that have gone; a zombie has ended and only waits for its parent. */
function isOfBerth(pid: string): boolean {
  if (!/^\d+$/.test(pid)) return false;
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return /^Name:\tberth-monitor$/m.test(status) && !/^State:\tZ/m.test(status);
  } catch {
    return false;
  }
}
