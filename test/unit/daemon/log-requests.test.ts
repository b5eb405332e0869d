import { expect, test } from 'vitest';
import { inRequest } from '../../../runtime/api/http/request-context.ts';
import type { Log } from '../../../runtime/daemon/log.ts';
import { noticeLogger, problemLogger } from '../../../runtime/daemon/log-requests.ts';

test('what a request has begun is logged with its id, and what berthd does by itself without', async () => {
  const lines: unknown[] = [];
  const write = (line: object): unknown => lines.push(line);
  const log = { warn: write, error: write } as unknown as Log;
  const work = async (): Promise<void> => {
    await Promise.resolve();
    noticeLogger(log)('odd', { container: 'c' });
    problemLogger(log)('wrong');
  };
  await Promise.all([inRequest({ id: 'r1' }, work), inRequest({ id: 'r2' }, work), work()]);
  expect(lines).toHaveLength(6);
  expect(lines).toContainEqual({ container: 'c', requestId: 'r1' });
  expect(lines).toContainEqual({ err: 'wrong', requestId: 'r2' });
  expect(lines).toContainEqual({ container: 'c' });
  expect(lines).toContainEqual({ err: 'wrong', requestId: undefined });
});
