import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kill } from 'node:process';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';

import { Launcher } from '../../../runtime/syscall/launcher.ts';
import { TreeReader } from '../../../runtime/syscall/tree/tree-reader.ts';
import type { TreeView } from '../../../runtime/syscall/tree/tree-program.ts';
import { removeTree } from '../../support/remove-tree.ts';

let launcher: Launcher;
let folder: string;
beforeAll(async () => {
  launcher = await Launcher.start();
});
afterAll(() => launcher.stop());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'berth-tree-'));
  onTestFinished(() => {
    removeTree(folder);
  });
});

async function open(view: TreeView = { kind: 'folder', path: folder }): Promise<TreeReader> {
  const reader = await TreeReader.open(launcher, view);
  onTestFinished(() => {
    reader.close();
  });
  return reader;
}

function shell(script: string): void {
  execFileSync('sh', ['-ec', script], { cwd: folder });
}

/** The content of a file, and how much of it was data. */
async function contentOf(reader: TreeReader, path: string, limitBytes: number) {
  const pieces = await reader.content(path, limitBytes);
  if (pieces === undefined) return undefined;
  const parts: Buffer[] = [];
  let dataBytes = 0;
  for await (const piece of pieces) {
    const isData = piece instanceof Uint8Array;
    parts.push(isData ? Buffer.from(piece) : Buffer.alloc(piece.holeBytes));
    dataBytes += isData ? piece.byteLength : 0;
  }
  return { bytes: Buffer.concat(parts), dataBytes };
}

/** Processes that read a tree for this test. */
async function readers(): Promise<readonly number[]> {
  const parent = await launcher.pid();
  const children = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8');
  return children.trim().split(' ').filter(Boolean).map(Number);
}

describe('a folder', () => {
  test('is listed by the bytes of its names; what is no folder has none', async () => {
    shell(`touch b B a.c "$(printf '\\377')" ä && mkdir a && ln -s a link && touch a/x`);
    const reader = await open();
    expect(await reader.list('.')).toEqual([
      'B',
      'a',
      'a.c',
      'b',
      'link',
      '\u00c3\u00a4',
      '\u00ff',
    ]);
    expect(await reader.list('a')).toEqual(['x']);
    for (const path of ['link', 'b', 'nothing', 'b/below']) {
      expect(await reader.list(path)).toEqual([]);
    }
  });

  test('of ten thousand files is listed and described', async () => {
    mkdirSync(join(folder, 'many'));
    const names = Array.from({ length: 10_000 }, (_, i) => `file-${i}`);
    for (const name of names) writeFileSync(join(folder, 'many', name), '');
    const reader = await open();
    expect(await reader.list('many')).toEqual(names.toSorted());
    const entries = await reader.describe(names.map((name) => `many/${name}`));
    expect(entries.filter((entry) => entry?.type === 'file')).toHaveLength(10_000);
  });
});

test('files are described as the kernel has them', async () => {
  shell(`printf 12345 > f && chmod 4751 f && chown 70000:3000000000 f && ln f g && mkfifo p
    mknod c c 5 1 && mknod b b 259 70000 && ln -s ../over/there l && setcap cap_chown+ep f
    touch -d '1999-12-31 23:59:59.123456789 UTC' f && touch -h -d '1965-01-01 00:00:00.25 UTC' l`);
  const reader = await open();
  const [f, g, p, c, b, l, none] = await reader.describe(['f', 'g', 'p', 'c', 'b', 'l', 'none']);
  expect(f).toMatchObject({
    type: 'file',
    mode: statSync(join(folder, 'f')).mode & 0o7777,
    uid: 70_000,
    gid: 3_000_000_000,
    sizeBytes: 5,
    links: 2,
    mtime: { seconds: 946_684_799, nanoseconds: 123_456_789 },
    attributeNames: ['security.capability'],
  });
  expect(g?.identity).toBe(f?.identity);
  expect([p?.type, c?.type, c?.deviceMajor, c?.deviceMinor]).toEqual([
    'fifo',
    'character-device',
    5,
    1,
  ]);
  expect([b?.type, b?.deviceMajor, b?.deviceMinor]).toEqual(['block-device', 259, 70_000]);
  expect(l).toMatchObject({
    type: 'symlink',
    linkTarget: '../over/there',
    mtime: { seconds: -157_766_400, nanoseconds: 250_000_000 },
  });
  expect(none).toBeUndefined();
  const value = await reader.attribute('f', 'security.capability');
  expect(value?.byteLength).toBe(20);
  expect(await reader.attribute('f', 'user.none')).toBeUndefined();
});

describe('content', () => {
  test('is what is in the file, up to the limit', async () => {
    const bytes = Buffer.alloc(1_500_000, 'abc');
    writeFileSync(join(folder, 'f'), bytes);
    const reader = await open();
    expect((await contentOf(reader, 'f', bytes.byteLength))?.bytes.equals(bytes)).toBe(true);
    expect((await contentOf(reader, 'f', 10))?.bytes.toString()).toBe('abcabcabca');
    expect((await contentOf(reader, 'f', 0))?.bytes).toHaveLength(0);
    // It has become shorter: who asks sees that bytes are missing.
    expect((await contentOf(reader, 'f', 2e6))?.bytes).toHaveLength(1_500_000);
  });

  test('of a sparse file: holes are numbers, not zeros', async () => {
    shell(`truncate -s 64M s && for at in 0 20000000 60000000
      do printf data | dd of=s bs=1 seek=$at conv=notrunc status=none; done`);
    const reader = await open();
    const content = await contentOf(reader, 's', 64 * 1024 * 1024);
    const whole = Buffer.alloc(64 * 1024 * 1024);
    const read = content?.bytes ?? Buffer.alloc(0);
    // What is missing at the end is a hole, too.
    read.copy(whole);
    expect(whole.equals(readFileSync(join(folder, 's')))).toBe(true);
    expect(content?.dataBytes).toBeLessThan(1_000_000);
  });

  test('is asked for ahead, and other things after it', async () => {
    for (const name of ['a', 'b', 'c']) writeFileSync(join(folder, name), name.repeat(100_000));
    const reader = await open();
    const asked = ['a', 'b', 'none', 'c'].map((name) => contentOf(reader, name, 1e6));
    const names = reader.list('.');
    const contents = await Promise.all(asked);
    expect(contents.map((content) => content?.bytes.toString().slice(-1))).toEqual([
      'a',
      'b',
      undefined,
      'c',
    ]);
    expect(await names).toEqual(['a', 'b', 'c']);
  });

  test.each([
    ['a fifo', 'mkfifo f'],
    ['a folder', 'mkdir f'],
    ['a link', 'ln -s /etc/passwd f'],
    ['a device', 'mknod f c 1 5'],
    ['nothing', 'true'],
  ])('there is none of %s, and nothing waits for it', async (_what, script) => {
    shell(script);
    expect(await contentOf(await open(), 'f', 100)).toBeUndefined();
  });
});

test('no link leads outside, wherever it is put', async () => {
  const outside = mkdtempSync(join(tmpdir(), 'berth-outside-'));
  onTestFinished(() => {
    removeTree(outside);
  });
  writeFileSync(join(outside, 'secret'), 'of the host');
  mkdirSync(join(folder, 'd'));
  const reader = await open();
  renameSync(join(folder, 'd'), join(folder, 'e'));
  symlinkSync(outside, join(folder, 'd'));
  symlinkSync('../../../..', join(folder, 'up'));
  for (const path of ['d/secret', `up${outside}/secret`, `..${outside}/secret`]) {
    expect(await reader.describe([path])).toEqual([undefined]);
    expect(await contentOf(reader, path, 100)).toBeUndefined();
  }
  // What is above the root is the root.
  expect(await reader.list('up/..')).toEqual(['d', 'e', 'up']);
});

describe('layers', () => {
  test('are read as overlayfs shows them, without a mount that others see', async () => {
    shell(`mkdir -p top/d low/d && echo new > top/f && echo old > low/f && touch low/d/gone low/d/stays
      mknod top/d/gone c 0 0`);
    const before = readFileSync('/proc/self/mountinfo', 'utf8');
    const layers = [join(folder, 'top'), join(folder, 'low')];
    const reader = await open({ kind: 'overlay', layers });
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).toBe(before);
    expect(await reader.list('d')).toEqual(['stays']);
    expect((await contentOf(reader, 'f', 100))?.bytes.toString()).toBe('new\n');
  });

  test('of which there are 200', async () => {
    const layers = Array.from({ length: 200 }, (_, i) => join(folder, String(i).padStart(80, '0')));
    for (const [i, layer] of layers.entries()) {
      mkdirSync(layer);
      writeFileSync(join(layer, `f${i}`), '');
    }
    expect(await (await open({ kind: 'overlay', layers })).list('.')).toHaveLength(200);
  });

  test('that are not there: an error that names the step', async () => {
    const layers = [join(folder, 'none'), folder];
    await expect(open({ kind: 'overlay', layers })).rejects.toMatchObject({
      code: 'SYSCALL_FAILED',
      details: { step: 'mount the overlay root', errno: 'ENOENT' },
    });
  });
});

describe('the program', () => {
  test('ends when it is closed', async () => {
    // Readers of earlier tests may still be on their way out.
    const before = new Set(await readers());
    const reader = await open();
    expect(await reader.list('.')).toEqual([]);
    const mine = (await readers()).filter((pid) => !before.has(pid));
    expect(mine).toHaveLength(1);
    reader.close();
    await expect
      .poll(async () => (await readers()).filter((pid) => mine.includes(pid)))
      .toEqual([]);
  });

  test('that is killed is an error for whoever waits, and for whoever asks next', async () => {
    const before = new Set(await readers());
    writeFileSync(join(folder, 'f'), 'x');
    const reader = await open();
    await reader.list('.');
    for (const pid of await readers()) if (!before.has(pid)) kill(pid, 'SIGKILL');
    const lost = expect.objectContaining({ code: 'TREE_UNREADABLE' }) as Error;
    await expect(reader.list('.')).rejects.toThrow(lost);
    await expect(reader.describe(['f', 'f'])).rejects.toThrow(lost);
    await expect(reader.content('f', 1)).rejects.toThrow(lost);
  });

  test('takes paths as long as the kernel does, and says of longer ones what is wrong', async () => {
    const reader = await open();
    const name = 'n'.repeat(200);
    let path = name;
    while (path.length < 3800) path = `${path}/${name}`;
    shell(`mkdir -p ${path}`);
    expect(await reader.list(path)).toEqual([]);
    expect((await reader.describe([path]))[0]?.type).toBe('directory');
    const long = `${path}/${name}/${name}`;
    await expect(reader.describe([long])).rejects.toMatchObject({
      code: 'TREE_UNREADABLE',
      details: { errno: 'ENAMETOOLONG' },
    });
    await expect(reader.list('x'.repeat(10_000))).rejects.toMatchObject({
      code: 'TREE_UNREADABLE',
    });
  });
});
