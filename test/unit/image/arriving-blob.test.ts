import { describe, expect, test } from 'vitest';

import { ArrivingBlob } from '../../../runtime/image/arriving-blob.ts';
import { digestOf } from '../../../runtime/image/digest.ts';

const make = (): ArrivingBlob =>
  new ArrivingBlob({ digest: digestOf('x'), sizeBytes: 10, path: '/one' });

describe('a blob that is arriving', () => {
  test('lets its reader wait for more', async () => {
    const blob = make();
    const attempt = blob.attempt();
    const first = attempt.available(0);
    blob.wrote(4);
    expect(await first).toEqual({ bytes: 4, isEnd: false });
    const second = attempt.available(4);
    blob.wrote(4);
    blob.wrote(9);
    expect(await second).toEqual({ bytes: 9, isEnd: false });
    const third = attempt.available(9);
    blob.wrote(10);
    blob.ended();
    expect(await third).toEqual({ bytes: 10, isEnd: true });
    expect(await attempt.available(10)).toEqual({ bytes: 10, isEnd: true });
    blob.whole();
    expect(await attempt.fate).toBe('whole');
    expect(await attempt.available(10)).toEqual({ bytes: 10, isEnd: true });
  });

  test('that was wrong has another try, and says so to whoever reads the first', async () => {
    const blob = make();
    const first = blob.attempt();
    const waiting = first.available(0);
    blob.supersede('/two');
    await expect(waiting).rejects.toMatchObject({ code: 'BLOB_SUPERSEDED' });
    expect(await first.fate).toBe('superseded');
    const second = blob.attempt();
    expect([first.path, second.path]).toEqual(['/one', '/two']);
    blob.wrote(3);
    expect(await second.available(0)).toEqual({ bytes: 3, isEnd: false });
    await expect(first.available(0)).rejects.toMatchObject({ code: 'BLOB_SUPERSEDED' });
  });

  test('that will not come tells everybody why, once and for all', async () => {
    const blob = make();
    const attempt = blob.attempt();
    const waiting = attempt.available(0);
    blob.fail(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    await expect(attempt.fate).rejects.toThrow('gone');
    blob.whole();
    await expect(attempt.available(0)).rejects.toThrow('gone');
  });
});
