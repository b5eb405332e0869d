import { describe, expect, test } from 'vitest';
import { jsonMessages } from '../../../../runtime/cli/client/json-messages.ts';

async function* chunksOf(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size)
    yield await Promise.resolve(bytes.subarray(at, at + size));
}

const collect = (text: string, size: number): Promise<unknown[]> =>
  Array.fromAsync(jsonMessages(chunksOf(Buffer.from(text), size)));

describe('jsonMessages', () => {
  test.each([1, 2, 5, 1000])(
    'finds one message a line, whatever the cuts (%i bytes)',
    async (size) => {
      const text = '{"status":"größer"}\r\n\r\n{"id":"a"}\n{"last":true}';
      expect(await collect(text, size)).toEqual([
        { status: 'größer' },
        { id: 'a' },
        { last: true },
      ]);
    },
  );

  test('gives nothing for nothing', async () => {
    expect(await collect('\r\n', 1)).toEqual([]);
  });

  test.each(['no json\n', '[1]\n', '{"cut":'])('refuses %j', async (text) => {
    await expect(collect(text, 3)).rejects.toMatchObject({ code: 'API_RESPONSE_INVALID' });
  });
});
