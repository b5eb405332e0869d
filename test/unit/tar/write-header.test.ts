import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { readTar } from '../../../runtime/tar/tar-reader.ts';
import { archiveEnd, encodeHeader, paddingFor } from '../../../runtime/tar/write-header.ts';
import type { TarHeaderInput } from '../../../runtime/tar/write-header.ts';

const plain: TarHeaderInput = {
  type: 'file',
  name: 'etc/passwd',
  mode: 0o644,
  uid: 0,
  gid: 0,
  mtime: { seconds: 1_700_000_000, nanoseconds: 0 },
};

/** Reads back what was written. */
async function entriesOf(...parts: readonly Uint8Array[]) {
  const whole = Buffer.concat([...parts, archiveEnd]);
  const stream = async function* (): AsyncGenerator<Uint8Array> {
    await Promise.resolve();
    yield whole;
  };
  const entries = [];
  for await (const { body, ...entry } of readTar(stream())) {
    const chunks = [];
    for await (const chunk of body) chunks.push(Buffer.from(chunk));
    entries.push({ ...entry, content: Buffer.concat(chunks).toString('latin1') });
  }
  return entries;
}

describe('a header', () => {
  test('is one block when everything fits into it', () => {
    expect(encodeHeader(plain)).toHaveLength(512);
    const name = `${'d'.repeat(155)}/${'f'.repeat(100)}`;
    expect(
      encodeHeader({ ...plain, name, uid: 0o7777777, linkName: 'l'.repeat(100) }),
    ).toHaveLength(512);
  });

  test.each([
    ['a name of 101 bytes without a slash', { name: 'n'.repeat(101) }],
    ['a name whose first part is too long', { name: `${'d'.repeat(156)}/f` }],
    ['a name whose last part is too long', { name: `d/${'f'.repeat(101)}` }],
    ['a name that is not ASCII', { name: 'na\u00c3\u00afve' }],
    ['a link of 101 bytes', { type: 'symlink', linkName: 'l'.repeat(101) }],
    ['parts of a second', { mtime: { seconds: 1, nanoseconds: 1 } }],
    ['a time before 1970', { mtime: { seconds: -1, nanoseconds: 0 } }],
    ['an owner beyond two million', { uid: 0o10000000 }],
    ['a group beyond two million', { gid: 0xfffffffe }],
    ['an attribute', { xattrs: new Map([['user.a', Buffer.from('b')]]) }],
  ] as const)('is a pax header, too, for %s', async (_what, change) => {
    const header = { ...plain, ...change };
    const bytes = encodeHeader(header);
    expect(bytes).toHaveLength(3 * 512);
    expect(bytes.toString('latin1', 156, 157)).toBe('x');
    expect(await entriesOf(bytes)).toMatchObject([change]);
  });

  test('says the size of a file of 9 GB', () => {
    const bytes = encodeHeader({ ...plain, sizeBytes: 9_000_000_000 });
    expect(bytes.toString('latin1')).toContain(' size=9000000000\n');
  });

  test('is the same whatever order the attributes come in', () => {
    const [a, b] = [
      ['user.a', Buffer.from('1')],
      ['security.capability', Buffer.from([0, 1, 0x80, 0xff])],
    ] as const;
    expect(encodeHeader({ ...plain, xattrs: new Map([a, b]) })).toEqual(
      encodeHeader({ ...plain, xattrs: new Map([b, a]) }),
    );
  });

  test('is read by GNU tar', () => {
    const name = `${'d'.repeat(120)}/${'f'.repeat(200)}`;
    const mtime = { seconds: -2, nanoseconds: 0 };
    const archive = Buffer.concat([
      encodeHeader({ ...plain, name, sizeBytes: 3, mtime, uid: 3_000_000_000 }),
      Buffer.from('abc'),
      paddingFor(3),
      encodeHeader({ ...plain, name: 'link', type: 'hard-link', linkName: name }),
      archiveEnd,
    ]);
    const listed = execFileSync('tar', ['-tvf', '-', '--numeric-owner', '--full-time', '--utc'], {
      input: archive,
      encoding: 'utf8',
    });
    expect(listed).toContain(`3000000000/0`);
    expect(listed).toContain(`1969-12-31 23:59:58 ${name}`);
    expect(listed).toContain(`link to ${name}`);
  });
});

test('what was written is read back, whatever it is', async () => {
  const byte = fc.integer({ min: 1, max: 255 }).filter((code) => code !== 0x2f);
  const part = fc
    .array(byte, { minLength: 1, maxLength: 120 })
    .map((codes) => Buffer.from(codes).toString('latin1'))
    .filter((text) => text !== '.' && text !== '..');
  const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
  const owner = fc.integer({ min: 0, max: 0xfffffffe });
  const header = fc.record({
    type: fc.constantFrom('file', 'symlink', 'hard-link', 'character-device', 'fifo'),
    name: path,
    linkName: path,
    mode: fc.integer({ min: 0, max: 0o7777 }),
    uid: owner,
    gid: owner,
    mtime: fc.record({
      seconds: fc.integer({ min: -(2 ** 40), max: 2 ** 40 }),
      nanoseconds: fc.integer({ min: 0, max: 999_999_999 }),
    }),
    deviceMajor: fc.integer({ min: 0, max: 0xfff }),
    deviceMinor: fc.integer({ min: 0, max: 0xfffff }),
    xattrs: fc
      .dictionary(fc.stringMatching(/^user\.[a-z.]{1,20}$/), fc.uint8Array({ maxLength: 300 }))
      .map((values) => new Map(Object.entries(values).map(([k, v]) => [k, Buffer.from(v)]))),
  });
  await fc.assert(
    fc.asyncProperty(header, fc.uint8Array({ maxLength: 1500 }), async (input, content) => {
      const sizeBytes = input.type === 'file' ? content.byteLength : 0;
      const body = input.type === 'file' ? [content, paddingFor(sizeBytes)] : [];
      const [entry, ...more] = await entriesOf(encodeHeader({ ...input, sizeBytes }), ...body);
      expect(more).toEqual([]);
      expect(entry).toMatchObject({ ...input, sizeBytes, xattrs: input.xattrs });
      if (input.type === 'file')
        expect(entry?.content).toBe(Buffer.from(content).toString('latin1'));
    }),
    { numRuns: 300 },
  );
});
