import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { OciMachine, ociProgram } from './oci-machine.ts';
import { removeTree } from '../../support/remove-tree.ts';

const folder = mkdtempSync(join(tmpdir(), 'berth-oci-start-'));
afterAll(() => {
  removeTree(folder);
});

/** Files that a command loads, besides Node.js' own. */
function loads(...args: readonly string[]): readonly string[] {
  const list = join(folder, 'loads');
  const [node, ...words] = ociProgram;
  const preload = ['--import', join(import.meta.dirname, 'list-loads-child.ts')];
  const env = { ...process.env, BERTH_TEST_LOADS: list };
  spawnSync(node, [...preload, ...words, '--root', folder, ...args], { env, timeout: 60_000 });
  return readFileSync(list, 'utf8')
    .split('\n')
    .filter((url) => url.startsWith('file:') && !url.endsWith('list-loads-child.ts'));
}

// Engines call these for every container, and often: what they load is most of the time they take.
test.each(['state', 'kill', 'delete', 'start', 'ps', 'pause'])('%s loads no library', (command) => {
  const files = loads(command, 'nobody');
  expect(files.length).toBeGreaterThan(10);
  expect(files.filter((file) => file.includes('/node_modules/'))).toEqual([]);
  expect(files.filter((file) => /\/(?:scripts\/cli|messages|runtime\/cli)\//.test(file))).toEqual(
    [],
  );
  expect(files.length).toBeLessThan(80);
});

test('delete --force of a container loads no library', () => {
  const machine = new OciMachine();
  try {
    const id = machine.id();
    machine.config(['sleep', '1000']);
    machine.create(id);
    const files = loads('--root', machine.root, 'delete', '--force', id);
    expect(files.length).toBeGreaterThan(10);
    expect(files.filter((file) => file.includes('/node_modules/'))).toEqual([]);
    machine.gone(id);
  } finally {
    machine.dispose();
  }
});

test('create loads the reader of configs, and nothing of the other verbs', () => {
  const files = loads('create', 'nobody');
  const libraries = files.flatMap((file) => /node_modules\/([^/]+)/.exec(file)?.[1] ?? []);
  expect([...new Set(libraries)]).toEqual(['zod']);
});
