import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

import { readScores } from '../../../runtime/registry/score-file.ts';
import { removeTree } from '../../support/remove-tree.ts';

test.each([
  ['that a power cut has emptied', '', 0],
  ['that is damaged', '{"version": 1, "sou', 1],
])('a file of scores %s counts as empty', async (_what, text, notices) => {
  const folder = mkdtempSync(join(tmpdir(), 'berth-scores-'));
  onTestFinished(() => {
    removeTree(folder);
  });
  const path = join(folder, 'scores.json');
  writeFileSync(path, text);
  const said: string[] = [];
  expect(await readScores(path, (message) => said.push(message))).toEqual([]);
  expect(said).toHaveLength(notices);
});
