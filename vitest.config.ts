import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

/**
 * Tests of what a machine has only once: they take turns. Two dockerds would share their control groups, and a hierarchy
 * that a test mounts is there for every container.
 */
const machineWide = [
  'test/integration/{cgroup,conformance}/**/*.test.ts',
  'test/integration/scripts/replace-docker*.test.ts',
  'test/integration/{oci/dockerd,api/docker-changes,api/images-archive,cli/docker-exchange}.test.ts',
  // It gives time of real-time threads, which a hierarchy has once.
  'test/integration/launch/kind-of-service.test.ts',
  // It installs packages on the machine, which those of the others are overlays of.
  'test/integration/scripts/real-steps.test.ts',
  // They look at all mounts, control groups or interfaces of the machine.
  'test/integration/{launch/fuzz,nested/userns-remap,syscall/tree-reader}.test.ts',
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
    // A file finds the modules that the one before it has loaded: to start a process for each, and load all again, took longer
    // than many tests. So a test leaves nothing in its process either.
    isolate: false,
    // Node.js runs TypeScript itself, as berth is run: vitest's own loader took a fifth of the unit tests' time.
    experimental: { viteModuleRunner: false },
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
    sequence: { sequencer: LongestFirst },
    globalSetup: ['test/support/machine-as-before.ts', 'test/support/kept-cgroups.ts'],
    projects: [
      project(folder('unit')),
      project(folder('style')),
      project({ ...folder('contract'), workers: 1, order: 1 }),
      project({ name: 'integration', include: machineWide, workers: 1, order: 1 }),
      ...(process.env['BERTH_TEST_PEERS'] === undefined
        ? []
        : [project({ name: 'peers', include: peers, workers: 1, order: 1 })]),
      // All others look only at what is their own, and wait for programs more than they compute.
      project({
        ...folder('integration'),
        name: 'apart',
        exclude: [...machineWide, ...peers],
        workers: 4,
        order: 2,
      }),
    ],
  },
});
