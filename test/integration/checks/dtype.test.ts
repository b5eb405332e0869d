import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fsDtype } from '../../../checks/fs.dtype.ts';
import { Launcher } from '../../../runtime/syscall/launcher.ts';
import { realContext } from './real-context.ts';
import { removeTree } from '../../support/remove-tree.ts';

let launcher: Launcher;
let folder: string;
beforeAll(async () => {
  launcher = await Launcher.start();
});
afterAll(() => launcher.stop());

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'berth-test-dtype-'));
  mkdirSync(join(folder, 'mounted'));
});
afterEach(() => {
  execFileSync('umount', [join(folder, 'mounted')]);
  removeTree(folder);
});

/** Makes a file system in a file and mounts it. */
function mountExt4(features: string): string {
  const [image, point] = [join(folder, 'disk'), join(folder, 'mounted')];
  execFileSync('mkfs.ext4', ['-q', '-O', features, image, '4M'], { stdio: 'ignore' });
  execFileSync('mount', ['-o', 'loop', image, point]);
  return point;
}

describe('fs.dtype', () => {
  it.each([
    ['filetype', 'pass'],
    ['^filetype', 'fail'],
  ])('on ext4 with %s: %s', async (features, status) => {
    const dataRoot = mountExt4(features);
    const context = realContext(launcher, { dataRoot, apiSocket: '/run/x.sock' });
    expect(await fsDtype.probe(context)).toMatchObject({ status, details: { path: dataRoot } });
  });
});
