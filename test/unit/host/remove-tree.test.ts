import { existsSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { removeTree as remove } from '../../../runtime/host/remove-tree.ts';
import { removeTree } from '../../support/remove-tree.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'berth-tree-'));
});
afterEach(() => {
  removeTree(root);
});

describe('removeTree', () => {
  test('removes folders with all that is in them, whatever their names', async () => {
    const tree = join(root, 'tree');
    mkdirSync(join(tree, 'one/two/three'), { recursive: true });
    mkdirSync(join(tree, 'closed'), { mode: 0 });
    for (let number = 0; number < 100; number += 1) writeFileSync(join(tree, `one/${number}`), '');
    writeFileSync(Buffer.concat([Buffer.from(join(tree, 'one/two/')), Buffer.of(0xff, 0xfe)]), '');
    await remove(tree);
    expect(existsSync(tree)).toBe(false);
  });

  test('removes links, and not what they lead to', async () => {
    mkdirSync(join(root, 'kept/in'), { recursive: true });
    mkdirSync(join(root, 'tree'));
    symlinkSync(join(root, 'kept'), join(root, 'tree/link'));
    symlinkSync(join(root, 'kept'), join(root, 'link'));
    await remove(join(root, 'tree'));
    await remove(join(root, 'link'));
    expect(existsSync(join(root, 'kept/in'))).toBe(true);
    expect(existsSync(join(root, 'tree'))).toBe(false);
    expect(existsSync(join(root, 'link'))).toBe(false);
  });

  test('removes a file, and does nothing where nothing is', async () => {
    writeFileSync(join(root, 'file'), '');
    await remove(join(root, 'file'));
    await remove(join(root, 'file'));
    await remove(join(root, 'no/such/folder'));
    expect(existsSync(join(root, 'file'))).toBe(false);
  });

  test('two at once do not get into each other’s way', async () => {
    mkdirSync(join(root, 'tree/one/two'), { recursive: true });
    for (let number = 0; number < 200; number += 1)
      writeFileSync(join(root, `tree/one/${number}`), '');
    await Promise.all([remove(join(root, 'tree')), remove(join(root, 'tree'))]);
    expect(existsSync(join(root, 'tree'))).toBe(false);
  });
});
