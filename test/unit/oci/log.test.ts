import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { BerthError } from '../../../runtime/errors/berth-error.ts';
import { type LogTarget, OciLog } from '../../../runtime/oci/log.ts';
import { removeTree } from '../../support/remove-tree.ts';

const folder = mkdtempSync(join(tmpdir(), 'berth-oci-log-'));
afterAll(() => {
  removeTree(folder);
});

const clock = { now: () => Date.UTC(2026, 10, 22, 1, 2, 3), sleep: () => Promise.resolve() };

function written(format: LogTarget['format'], level: LogTarget['level'] = 'info'): string {
  const file = join(folder, `${format}-${level}`);
  const log = new OciLog({ file, format, level }, clock);
  log.debug('looking');
  log.warn('plain');
  return readFileSync(file, 'utf8');
}

describe('the log', () => {
  test('has the fields of logrus, as JSON', () => {
    expect(JSON.parse(written('json'))).toEqual({
      level: 'warning',
      msg: 'plain',
      time: '2026-11-22T01:02:03Z',
    });
  });

  test('has the fields of logrus, as text', () => {
    expect(written('text')).toBe('time="2026-11-22T01:02:03Z" level=warning msg=plain\n');
  });

  test('has what helps to find mistakes only when asked', () => {
    expect(written('text', 'debug')).toContain('level=debug msg=looking');
  });

  test('gives an error its code and its remedy', () => {
    const file = join(folder, 'errors');
    const log = new OciLog({ file, format: 'json', level: 'info' }, clock);
    const remedy = 'Choose another.';
    log.error(new BerthError('OCI_ID_INVALID', { message: 'invalid id: "a b"', remedy }));
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      level: 'error',
      msg: 'invalid id: "a b" (OCI_ID_INVALID)',
      code: 'OCI_ID_INVALID',
      remedy,
      time: '2026-11-22T01:02:03Z',
    });
  });
});
