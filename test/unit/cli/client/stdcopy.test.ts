import { describe, expect, test } from 'vitest';
import { StdcopyParser } from '../../../../runtime/cli/client/stdcopy.ts';

const frame = (stream: number, text: string): Buffer => {
  const header = Buffer.alloc(8);
  header.writeUInt8(stream, 0);
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
};

/** Feeds `bytes` in chunks of `size`, and joins neighbouring pieces of the same stream. */
function parse(bytes: Buffer, size: number): readonly string[] {
  const parser = new StdcopyParser();
  const pieces: { stream: string; text: string }[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    for (const { stream, data } of parser.push(bytes.subarray(at, at + size))) {
      const last = pieces.at(-1);
      const text = Buffer.from(data).toString('latin1');
      if (last?.stream === stream) last.text += text;
      else pieces.push({ stream, text });
    }
  }
  parser.end();
  return pieces.map(({ stream, text }) => `${stream}: ${text}`);
}

describe('StdcopyParser', () => {
  const bytes = Buffer.concat([
    frame(1, 'out\n'),
    frame(2, 'err\n'),
    frame(1, ''),
    frame(1, 'more'),
  ]);

  test.each([1, 2, 3, 7, 8, 9, 100])(
    'takes frames apart however they are cut (%i bytes)',
    (size) => {
      expect(parse(bytes, size)).toEqual(['stdout: out\n', 'stderr: err\n', 'stdout: more']);
    },
  );

  test('passes a piece on before its frame is complete', () => {
    const parser = new StdcopyParser();
    const pieces = [...parser.push(frame(1, 'abcdef').subarray(0, 10))];
    expect(pieces.map(({ data }) => Buffer.from(data).toString())).toEqual(['ab']);
  });

  test('refuses a frame of an unknown stream', () => {
    expect(() => [...new StdcopyParser().push(frame(7, 'x'))]).toThrow(
      expect.objectContaining({ code: 'API_RESPONSE_INVALID' }),
    );
  });

  test.each([3, 8, 11])('tells when the stream ends in the middle (after %i bytes)', (length) => {
    const parser = new StdcopyParser();
    Array.from(parser.push(frame(1, 'abcdef').subarray(0, length)));
    expect(() => {
      parser.end();
    }).toThrow(expect.objectContaining({ code: 'API_STREAM_BROKEN' }));
  });
});
