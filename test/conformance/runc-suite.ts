import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Suite, Unit } from './suite.ts';

/**
 * runc's integration tests, written in bats (bats-core 1.8). They find the runtime in `RUNC`, their helper programs in
 * the checkout, and the archives of busybox and of Debian in tests/integration/testdata.
 */
export const runcSuite: Suite = {
  needs: [
    'contrib/cmd/recvtty/recvtty',
    'contrib/cmd/seccompagent/seccompagent',
    'contrib/cmd/sd-helper/sd-helper',
  ],
  units: ({ folder, runtime }) =>
    globSync('tests/integration/*.bats', { cwd: folder })
      .toSorted()
      .flatMap((file) => unitsOf(join(folder, file), runtime)),
};

function unitsOf(file: string, runtime: string): Unit[] {
  const topic = basename(file, '.bats');
  return namesIn(readFileSync(file, 'utf8')).map((test) => ({
    name: `${topic}/${test}`,
    argv: ['bats', '--tap', '--filter', `^${escaped(test)}$`, file],
    env: { RUNC: runtime },
    // runc relays a container's terminal to its own.
    terminal: true,
  }));
}

function namesIn(text: string): string[] {
  return [...text.matchAll(/^@test "(.*)" \{$/gm)].map(([, name = '']) => name);
}

/** The name as an extended regular expression. */
function escaped(name: string): string {
  return name.replace(/[.[\](){}*+?^$|\\]/g, '\\$&');
}
