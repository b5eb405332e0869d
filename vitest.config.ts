import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** Tests with folders, or whole hosts with mounts, processes and network, of their own: they do not see each other. */
const apart = [
  'test/integration/{host,image,layer,mirror,mirrors,registry,snapshot}/**/*.test.ts',
  // Two dockerds would share their control groups.
  'test/integration/scripts/**/!(replace-docker*).test.ts',
];

/** The suites for the API and its clients, against Docker itself: this tests the suites, not berth (`npm run test:peers`). */
const peers = ['test/integration/**/*with-dockerd.test.ts'];

/** The hundreds of berths that the tests start need not each compile themselves: as scripts/berth.sh has it. */
const env = {
  NODE_COMPILE_CACHE:
    process.env['NODE_COMPILE_CACHE'] ?? join(import.meta.dirname, '.cache/compile'),
};

interface Project {
  readonly name: string;
  readonly include: readonly string[];
  readonly exclude?: readonly string[];
  /** Files at once; vitest's own number when absent. */
  readonly workers?: number;
  /** Projects with a lower number come first. */
  readonly order?: number;
}

/** One project a kind of test, so that `npm test -- --project unit` runs a part. */
const project = ({ name, include, exclude = [], workers, order = 0 }: Project) => ({
  test: {
    name,
    include: [...include],
    exclude: [...exclude],
    env,
    testTimeout: 120_000,
    hookTimeout: 240_000,
    ...(workers === undefined ? {} : { maxWorkers: workers }),
    sequence: { groupOrder: order },
  },
});

/** All in a folder of that name. */
const folder = (name: string): Pick<Project, 'name' | 'include'> => ({
  name,
  include: [`test/${name}/**/*.test.ts`],
});

export default defineConfig({
  test: {
    globalSetup: ['test/support/machine-as-before.ts'],
    projects: [
      project(folder('unit')),
      project(folder('style')),
      // They change the machine's mounts, control groups or daemons, and take turns.
      project({ ...folder('contract'), workers: 1, order: 1 }),
      project({ ...folder('integration'), exclude: [...apart, ...peers], workers: 1, order: 1 }),
      ...(process.env['BERTH_TEST_PEERS'] === undefined
        ? []
        : [project({ name: 'peers', include: peers, workers: 1, order: 1 })]),
      // They wait for each other's programs more than they compute.
      project({ name: 'apart', include: apart, workers: 3, order: 2 }),
    ],
  },
});
