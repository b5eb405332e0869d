import { defineConfig } from 'vitest/config';

/** The lab (`npm run lab`): whole machines under QEMU. Too slow for every commit, so apart from `npm test`. */
export default defineConfig({
  test: {
    include: ['test/lab/**/*.test.ts'],
    testTimeout: 600_000,
    hookTimeout: 1_200_000,
    fileParallelism: false,
  },
});
