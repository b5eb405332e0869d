import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { createTwoFilesPatch } from 'diff';
import { foldersAndHelpers, markRun, processesOfRun } from './left-by-run.ts';
import { leftovers } from './leftovers.ts';

/** Switches of the kernel that berth changes on a host, and that a test therefore may leave changed. */
const switches = [
  'net/ipv4/ip_forward',
  'net/ipv4/conf/all/forwarding',
  'net/ipv6/conf/all/forwarding',
  'net/ipv6/conf/default/forwarding',
  'kernel/core_pattern',
] as const;

const machine = (mark: string) => ({
  ...leftovers(),
  others: foldersAndHelpers(),
  started: processesOfRun(mark),
  switches: Object.fromEntries(switches.map((name) => [name, valueOf(name)])),
});

function valueOf(name: string): string | undefined {
  try {
    return readFileSync(`/proc/sys/${name}`, 'utf8').trim();
  } catch {
    // A kernel without IPv6.
    return undefined;
  }
}

/**
 * vitest's global setup: the whole run leaves the machine as it found it, whichever test did not clean up. Only where nobody
 * else works meanwhile, as on a machine for CI (`BERTH_TEST_ALONE`).
 */
export function setup(): (() => Promise<void>) | undefined {
  if (process.env['BERTH_TEST_ALONE'] === undefined) return undefined;
  const mark = markRun();
  const before = machine(mark);
  return async () => {
    let after = machine(mark);
    // What has just ended may still be on its way out.
    for (let look = 0; look < 50 && !isDeepStrictEqual(after, before); look += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      after = machine(mark);
    }
    if (isDeepStrictEqual(after, before)) return;
    // eslint-disable-next-line no-restricted-properties -- vitest shows what is thrown here, and ends with 0 all the same
    process.exitCode = 1;
    const states = [before, after].map((state) => `${JSON.stringify(state, undefined, 2)}\n`);
    const [from = '', to = ''] = states;
    throw new Error(
      `the tests changed the machine:\n${createTwoFilesPatch('before', 'after', from, to)}`,
    );
  };
}
