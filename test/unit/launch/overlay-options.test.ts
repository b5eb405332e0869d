import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

import { overlayOptions } from '../../../runtime/launch/root/overlay-options.ts';
import { removeTree } from '../../support/remove-tree.ts';

test('what this kernel has on is switched off, and nothing that it may not know', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'berth-overlay-'));
  onTestFinished(() => {
    removeTree(folder);
  });
  expect(await overlayOptions(folder)).toEqual([]);
  writeFileSync(join(folder, 'metacopy'), 'Y\n');
  writeFileSync(join(folder, 'index'), 'N\n');
  expect(await overlayOptions(folder)).toEqual(['metacopy=off']);
  writeFileSync(join(folder, 'redirect_dir'), 'Y\n');
  expect(await overlayOptions(folder)).toEqual(['redirect_dir=off', 'metacopy=off']);
});
