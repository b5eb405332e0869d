import { expect, test } from 'vitest';
import { FrameReader } from '../../../../runtime/launch/exec/frame-reader.ts';

function frame(kind: number, text: string): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt32LE(kind, 0);
  header.writeUInt32LE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

test('frames come out whole, wherever the bytes were cut', () => {
  const bytes = Buffer.concat([frame(1, 'out'), frame(2, ''), frame(1, 'more'), frame(3, 'end!')]);
  for (let size = 1; size <= bytes.length; size += 1) {
    const reader = new FrameReader();
    const found: string[] = [];
    for (let at = 0; at < bytes.length; at += size) {
      for (const { kind, payload } of reader.push(bytes.subarray(at, at + size)))
        found.push(`${kind}:${payload.toString()}`);
    }
    expect(found).toEqual(['1:out', '2:', '1:more', '3:end!']);
  }
});
