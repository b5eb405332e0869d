import fc from 'fast-check';
import type { ResourcesInput } from '../../../../runtime/spec/resources.ts';

const amount = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(2 ** 24, 2 ** 30) },
  { weight: 1, arbitrary: fc.constantFrom(-2, -1, 0, 1, 4096, 2 ** 20, 2 ** 52) },
);

/** Limits of every controller; the real-time ones are left out, which change folders that others share. */
export const arbitraryResources: fc.Arbitrary<ResourcesInput> = fc.record(
  {
    memory: fc.record(
      {
        limit: amount,
        reservation: amount,
        swap: amount,
        swappiness: fc.constantFrom(0, 60, 100, 101),
        disableOOMKiller: fc.constant(false),
      },
      { requiredKeys: [] },
    ),
    cpu: fc.record(
      {
        shares: amount,
        quota: amount,
        period: fc.constantFrom(0, 999, 1000, 100_000, 1_000_000, 1_000_001),
        cpus: fc.constantFrom('', '0', '0-1', '0,1', '99', 'x', '1-0', '0-'),
        mems: fc.constantFrom('', '0', '7', 'x'),
        idle: fc.constantFrom(0, 1),
      },
      { requiredKeys: [] },
    ),
    pids: fc.record({ limit: amount }),
    blockIO: fc.record({ weight: fc.constantFrom(0, 9, 10, 500, 1000, 1001) }),
    network: fc.record({ classID: amount }),
    hugepageLimits: fc.array(
      fc.record({ pageSize: fc.constantFrom('2MB', '1GB', '3MB', ''), limit: fc.nat() }),
      { maxLength: 2 },
    ),
    devices: fc.array(
      fc.record(
        {
          allow: fc.boolean(),
          type: fc.constantFrom('a', 'b', 'c'),
          major: fc.constantFrom(-1, 0, 1, 7),
          minor: fc.constantFrom(-1, 0, 3),
          access: fc.constantFrom('r', 'rw', 'rwm', 'm'),
        },
        { requiredKeys: ['allow'] },
      ),
      { maxLength: 4 },
    ),
    unified: fc.dictionary(
      fc.constantFrom('memory.high', 'pids.max', 'no.such', '../x', 'cgroup.none', ''),
      fc.constantFrom('max', '1', 'x', ''),
      { maxKeys: 2 },
    ),
  },
  { requiredKeys: [] },
);
