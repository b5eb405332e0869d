import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Suite, Unit } from './suite.ts';

/**
 * crun's own tests: Python programs that print TAP. Each has a table `all_tests` of names, of which `RUN_TESTS` chooses.
 * Those about terminals skip themselves where standard output is none.
 */
export const crunSuite: Suite = {
  needs: ['tests/init', 'tests/tests_utils.py'],
  units: ({ folder, runtime }) =>
    globSync('tests/test_*.py', { cwd: folder })
      .toSorted()
      .flatMap((file) => unitsOf(join(folder, file), folder, runtime)),
};

function unitsOf(program: string, folder: string, runtime: string): Unit[] {
  const topic = basename(program, '.py').replace(/^test_/, '');
  return namesIn(readFileSync(program, 'utf8')).map((test) => ({
    name: `${topic}/${test}`,
    argv: ['python3', program],
    env: {
      OCI_RUNTIME: runtime,
      INIT: join(folder, 'tests/init'),
      RUN_TESTS: test,
      PYTHONPATH: join(import.meta.dirname, 'libmount'),
      PYTHONDONTWRITEBYTECODE: '1',
    },
    terminal: true,
    // `1..0`: the program lacks a module of Python.
    silent: () => 'skip',
  }));
}

/** The keys of `all_tests` in a test program's text. */
function namesIn(text: string): string[] {
  const table = /^all_tests\s*=\s*\{([\s\S]*?)^\}/m.exec(text)?.[1] ?? '';
  return [...table.matchAll(/^\s*["']([^"']+)["']\s*:/gm)].map(([, name = '']) => name);
}
