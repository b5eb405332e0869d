import { expect, test } from 'vitest';
import type { Run } from '../../../../scripts/journal/runs.ts';
import type { Step } from '../../../../scripts/steps/index.ts';
import { versionsAptReads } from '../../../../scripts/upgrade/upgrade.ts';

const runOf = (step: Step): Run => ({
  id: 'a',
  begunAt: '2026-01-01T00:00:00Z',
  plan: { version: 1, request: {}, steps: [step], observed: ['absent'] },
  phase: 'done',
  finished: true,
  undo: new Map([[0, {}]]),
});

test('a version whose packages are a source of apt is not pruned', () => {
  const runs = [
    runOf({ kind: 'bundled-packages', folder: '/opt/berth/1.0.0/packages' }),
    runOf({ kind: 'install-bundle', version: '2.0.0', source: '/tmp/b.tar.gz' }),
  ];
  expect(versionsAptReads({ runs })).toEqual(['1.0.0']);
});
