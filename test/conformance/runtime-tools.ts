import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Suite } from './suite.ts';

/**
 * opencontainers/runtime-tools' validation suite: one program a topic, each of which prints its assertions as TAP. They
 * find `runtimetest` and the archive of the root file system in the folder they run in, and the runtime in `RUNTIME`. Those about hooks say
 * nothing of what is right, and of what is wrong only in the diagnostics.
 */
export const runtimeTools: Suite = {
  needs: ['runtimetest', 'validation/default/default.t'],
  units: ({ folder, runtime }) =>
    readdirSync(join(folder, 'validation'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== 'util')
      .map(({ name }) => name)
      .toSorted()
      .map((name) => ({
        name,
        argv: [join(folder, 'validation', name, `${name}.t`)],
        cwd: folder,
        env: { RUNTIME: runtime },
        silent: (output) => (output.includes('"error":') ? 'fail' : 'pass'),
      })),
};
