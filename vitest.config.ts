import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** Tests on hosts of their own, each with its mounts, processes and network: they do not see each other. */
const onOwnHosts = [
  'test/integration/mirrors/**/*.test.ts',
  // Two dockerds would share their control groups.
  'test/integration/scripts/**/!(replace-docker*).test.ts',
];

/** The hundreds of berths that the tests start need not each compile themselves: as scripts/berth.sh has it. */
const env = {
  NODE_COMPILE_CACHE:
    process.env['NODE_COMPILE_CACHE'] ?? join(import.meta.dirname, '.cache/compile'),
};

/** One project a test folder, so that `npm test -- --project unit` runs a part. */
const project = (
  name: string,
  options: {
    readonly parallel: boolean;
    readonly exclude?: readonly string[];
  },
) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    env,
    exclude: [...(options.exclude ?? [])],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Tests that change the machine's mounts, cgroups or daemons take turns.
    fileParallelism: options.parallel,
  },
});

export default defineConfig({
  test: {
    projects: [
      project('unit', { parallel: true }),
      project('style', { parallel: true }),
      project('contract', { parallel: false }),
      project('integration', { parallel: false, exclude: onOwnHosts }),
      {
        test: {
          name: 'hosts',
          include: onOwnHosts,
          env,
          testTimeout: 120_000,
          hookTimeout: 240_000,
          // They wait for each other's programs more than they compute; after those that must have the machine for themselves.
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
