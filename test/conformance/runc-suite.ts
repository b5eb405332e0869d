import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Suite, Unit } from './suite.ts';

/**
 * runc's integration tests, written in bats (bats-core 1.8). They find the runtime in `RUNC`, their helper programs in
 * the checkout, and the archives of busybox and of Debian in tests/integration/testdata.
 *
 * @param helpers where the checkout has the helper programs that are built
 */
function batsSuite(helpers: readonly string[]): Suite {
  return {
    needs: helpers,
    units: ({ folder, runtime }) =>
      globSync('tests/integration/*.bats', { cwd: folder })
        .toSorted()
        .flatMap((file) => unitsOf(join(folder, file), runtime)),
  };
}

/** Of runc 1.1. */
export const runcSuite: Suite = batsSuite(
  ['recvtty', 'seccompagent', 'sd-helper'].map((name) => `contrib/cmd/${name}/${name}`),
);

/** Of runc 1.3: newer tests, more helper programs, all in one folder. */
export const runcNewSuite: Suite = batsSuite(
  [...['recvtty', 'seccompagent', 'sd-helper'], ...['fs-idmap', 'pidfd-kill', 'remap-rootfs']].map(
    (name) => `tests/cmd/_bin/${name}`,
  ),
);

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
