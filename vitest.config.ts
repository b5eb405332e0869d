import { defineConfig } from 'vitest/config';

/** One project a test folder, so that `npm test -- --project unit` runs a part. */
const project = (name: string, options: { readonly parallel: boolean }) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
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
      project('integration', { parallel: false }),
    ],
  },
});
