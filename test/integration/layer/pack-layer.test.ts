import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';

import { packLayer } from '../../../runtime/layer/pack-layer.ts';
import {
  changeThroughOverlay,
  describeTree,
  hashOf,
  namesIn,
  pack,
  setAttribute,
  shell,
  showLayers,
} from './pack-fixture.ts';
import { sha256 } from './support.ts';
import { useUnpackFixture } from './unpack-fixture.ts';

const { folder, launcher, root, unpack } = useUnpackFixture();

/** Makes a folder below the test's. */
function make(name: string): string {
  const path = join(folder(), name);
  mkdirSync(path, { recursive: true });
  return path;
}

const everything = `
  mkdir -p bin tmp empty "$(printf 'd%.0s' $(seq 120))" deep/a/b/c
  printf 'setuid program' > bin/su && printf 'capable program' > bin/ping && : > nothing
  head -c 1000003 /dev/zero | tr '\\0' x > big
  ln bin/su bin/sudo && ln bin/su deep/a/su && ln -s ../big bin/link && ln -s /etc/nowhere dangling
  ln dangling dangling2 && mkfifo fifo && mknod null c 1 3 && mknod disk b 259 70000
  printf long > "$(printf 'd%.0s' $(seq 120))/$(printf 'f%.0s' $(seq 200))"
  ln -s "$(printf 't%.0s' $(seq 300))" long-link
  printf x > "$(printf 'not-utf8-\\377')" && printf y > 'über' && printf z > 'with
newline' && printf q > 'tab	and space '
  truncate -s 5M sparse && printf middle | dd of=sparse bs=1 seek=3000000 conv=notrunc status=none
  chown 1000:2000 bin/su && chmod 4755 bin/su && chown -h 7:8 dangling && chown 3000000000:4000000000 nothing
  chmod 1777 tmp && chmod 2750 bin && chmod 000 big
  setcap cap_setuid+ep bin/ping
  touch -d '2001-02-03 04:05:06.123456789 UTC' bin/su && touch -h -d '1969-12-31 23:59:58.5 UTC' dangling
  touch -d '2011-01-01 00:00:00.987654321 UTC' bin tmp . && touch -d '2300-01-01 UTC' empty`;

describe('packing what was unpacked', () => {
  test('gives the same tree again, and the same bytes each time', async () => {
    const source = make('source');
    shell(source, everything);
    const options = ['--format=pax', '--pax-option=delete=atime,delete=ctime'];
    const tar = execFileSync(
      'tar',
      [...options, '--xattrs', '--xattrs-include=*', '-cf', '-', '.'],
      { cwd: source, maxBuffer: 2 ** 26 },
    );
    await unpack(tar, sha256(tar));
    expect(describeTree(root())).toBe(describeTree(source));

    const first = await pack(launcher(), root());
    renameSync(root(), join(folder(), 'once'));
    await unpack(first, sha256(first));
    expect(describeTree(root())).toBe(describeTree(source));
    expect(describeTree(root())).toContain('cap_setuid');

    // Another folder, made in another order: the same bytes.
    expect(hashOf(await pack(launcher(), root()))).toBe(hashOf(first));
    expect(hashOf(await pack(launcher(), join(folder(), 'once')))).toBe(hashOf(first));
    expect(hashOf(await pack(launcher(), source))).toBe(hashOf(first));
  });

  test('is what GNU tar unpacks, too', async () => {
    const [source, target] = [make('source'), make('target')];
    shell(source, everything);
    // GNU tar itself packs these twice.
    shell(source, 'ln null null2 && ln fifo fifo2');
    const archive = await pack(launcher(), source);
    execFileSync('tar', ['-xf', '-', '--xattrs', '--xattrs-include=*', '--numeric-owner', '-p'], {
      cwd: target,
      input: archive,
    });
    expect(describeTree(target)).toBe(describeTree(source));
  });

  test('is in the order of the bytes of the names, folder by folder', async () => {
    const source = make('source');
    shell(source, 'mkdir a a-b b && touch a/z a/y a.c a-b/x B ä b/.wh b/1');
    expect(namesIn(await pack(launcher(), source))).toEqual([
      './',
      'B',
      'a/',
      'a/y',
      'a/z',
      'a-b/',
      'a-b/x',
      'a.c',
      'b/',
      'b/.wh',
      'b/1',
      '\u00c3\u00a4',
    ]);
  });

  test('takes a folder of thousands', async () => {
    const source = make('source');
    for (let i = 0; i < 3000; i += 1) writeFileSync(join(source, `f${i}`), `content ${i}`);
    shell(source, 'mknod gone c 0 0 && mknod away c 0 0');
    const archive = await pack(launcher(), source);
    await unpack(archive, sha256(archive));
    const removed = 'rm gone away && touch -d @0 .';
    for (const path of [root(), source]) shell(path, removed);
    expect(describeTree(root())).toBe(describeTree(source));
    expect(namesIn(archive).slice(0, 4)).toEqual(['./', '.wh.away', '.wh.gone', 'f0']);
  });
});

describe('what a container changed through overlayfs', () => {
  const changes = `
    rm file && rm -r folder && mkdir folder && touch folder/new
    rm -r emptied/* && rmdir emptied && mkdir emptied
    rm replaced && mkdir replaced && touch replaced/inside
    rm -r was-folder && touch was-folder
    echo changed >> kept/changed && rm kept/gone && chmod 700 kept/mode && ln kept/linked kept/linked2
    mkdir -p new/folder && echo new > new/folder/file && mv moved new/moved`;

  test('is the same again as a layer', async () => {
    const lower = make('lower');
    shell(
      lower,
      `mkdir -p folder/old emptied/a kept was-folder/x && touch file folder/file emptied/b replaced
       touch kept/changed kept/gone kept/mode kept/linked kept/untouched moved was-folder/y`,
    );
    const [upper, work, merged] = [make('upper'), make('work'), make('merged')];
    changeThroughOverlay({ lower, upper, work }, merged, changes);

    const archive = await pack(launcher(), upper);
    const names = namesIn(archive);
    const expected = ['.wh.file', 'folder/.wh..wh..opq', 'emptied/.wh..wh..opq', 'kept/.wh.gone'];
    expect(names).toEqual(expect.arrayContaining(expected));
    expect(names).toEqual(expect.arrayContaining(['replaced/', 'was-folder', '.wh.moved']));
    expect(names).not.toContain('kept/untouched');
    // Whiteouts come before what is beside them.
    expect(names.indexOf('folder/.wh..wh..opq')).toBe(names.indexOf('folder/') + 1);
    expect(names.slice(0, 3)).toEqual(['./', '.wh.file', '.wh.moved']);

    await unpack(archive, sha256(archive));
    expect(hashOf(await pack(launcher(), root()))).toBe(hashOf(archive));
    const [seen, again] = [make('seen'), make('again')];
    showLayers([upper, lower], seen);
    showLayers([root(), lower], again);
    expect(describeTree(again)).toBe(describeTree(seen));
    expect(readdirSync(join(again, 'folder'))).toEqual(['new']);
  });

  test('removed files are the same bytes whenever they were removed', async () => {
    const [one, two] = [make('one'), make('two')];
    for (const path of [one, two]) {
      shell(path, 'mkdir d && mknod d/gone c 0 0');
      utimesSync(join(path, 'd/gone'), 0, path === one ? 1_000 : 2_000);
      for (const name of ['d', '.']) utimesSync(join(path, name), 0, 5_000);
    }
    expect(await pack(launcher(), one)).toEqual(await pack(launcher(), two));
  });

  test('whiteouts and opaque folders of the newer form are known', async () => {
    const source = make('source');
    shell(source, 'mkdir marked opaque && touch marked/gone marked/stays opaque/new');
    await setAttribute(launcher(), join(source, 'marked'), ['trusted.overlay.opaque', 'x']);
    await setAttribute(launcher(), join(source, 'marked/gone'), ['trusted.overlay.whiteout', 'y']);
    await setAttribute(launcher(), join(source, 'opaque'), ['trusted.overlay.opaque', 'y']);
    expect(namesIn(await pack(launcher(), source))).toEqual([
      './',
      'marked/',
      'marked/.wh.gone',
      'marked/stays',
      'opaque/',
      'opaque/.wh..wh..opq',
      'opaque/new',
    ]);
  });

  test.each([
    ['trusted.overlay.metacopy', 'y'],
    ['trusted.overlay.redirect', '/elsewhere'],
  ])('what is incomplete without the layers below (%s) is refused', async (name, value) => {
    const source = make('source');
    shell(source, 'mkdir sub && touch sub/file');
    await setAttribute(launcher(), join(source, 'sub/file'), [name, value]);
    await expect(pack(launcher(), source)).rejects.toMatchObject({
      code: 'LAYER_PACK_FAILED',
      message: expect.stringContaining(`"sub/file" has the attribute "${name}"`) as unknown,
    });
  });

  test('a file with the name of a whiteout is refused, and is in an archive', async () => {
    const source = make('source');
    shell(source, 'touch .wh.trick');
    await expect(pack(launcher(), source)).rejects.toMatchObject({ code: 'LAYER_PACK_FAILED' });
    expect(namesIn(await pack(launcher(), source, { form: 'archive' }))).toContain('.wh.trick');
  });
});

describe('what is left out', () => {
  test('sockets', async () => {
    const source = make('source');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(source, 's'), resolve));
    onTestFinished(() => void server.close());
    writeFileSync(join(source, 't'), '');
    expect(namesIn(await pack(launcher(), source))).toEqual(['./', 't']);
  });

  test('attributes of overlayfs and labels of this host', async () => {
    const source = make('source');
    shell(source, 'touch file');
    const file = join(source, 'file');
    await setAttribute(launcher(), file, ['user.kept', 'value']);
    const without = await pack(launcher(), source);
    await setAttribute(launcher(), file, ['trusted.overlay.origin', 'x']);
    await setAttribute(launcher(), file, ['security.selinux', 'system_u:object_r:etc_t:s0']);
    const archive = await pack(launcher(), source);
    expect(archive).toEqual(without);
    expect(archive.toString('latin1')).toContain('SCHILY.xattr.user.kept=value');
  });

  test('what the caller says, with all in it', async () => {
    const source = make('source');
    shell(source, 'mkdir -p a/b c && touch a/b/x a/y c/z');
    const omits = (path: string): boolean => ['', 'a/b', 'c/z'].includes(path);
    expect(namesIn(await pack(launcher(), source, { omits }))).toEqual(['a/', 'a/y', 'c/']);
  });

  test('nothing but the end is left of an empty folder', async () => {
    const archive = await pack(launcher(), make('source'), { omits: (path) => path === '' });
    expect(archive).toEqual(Buffer.alloc(1024));
  });
});

describe('a tree that changes while it is packed', () => {
  const size = 3_000_000;

  /** Packs, and changes the tree when the first bytes of its first file have come. */
  async function packWhile(source: string, change: () => void): Promise<Buffer> {
    const view = { kind: 'folder', path: source } as const;
    const chunks: Uint8Array[] = [];
    for await (const chunk of packLayer({ view, form: 'layer', runner: launcher() })) {
      if (chunks.length === 0) change();
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  test('gives a whole archive: sizes as they were, without what has gone', async () => {
    const source = make('source');
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      writeFileSync(join(source, name), Buffer.alloc(size, name));
    }
    const archive = await packWhile(source, () => {
      truncateSync(join(source, 'b'), 10);
      appendFileSync(join(source, 'c'), Buffer.alloc(size, 'x'));
      rmSync(join(source, 'd'));
      rmSync(join(source, 'e'));
      symlinkSync('/etc/passwd', join(source, 'e'));
    });
    expect(namesIn(archive)).toEqual(['./', 'a', 'b', 'c']);
    await unpack(archive, sha256(archive));
    expect(shell(root(), 'stat -c %s a b c')).toBe(`${size}\n`.repeat(3));
    expect(shell(root(), 'tr -d "\\0" < b; tr -d c < c | wc -c').trim()).toBe('bbbbbbbbbb0');
  });

  test('never has anything of the host in it', async () => {
    const source = make('source');
    const secret = make('secret');
    mkdirSync(join(secret, 'inner'));
    writeFileSync(join(secret, 'inner/file'), 'of the host');
    writeFileSync(join(source, 'a'), Buffer.alloc(size));
    mkdirSync(join(source, 'b/inner'), { recursive: true });
    writeFileSync(join(source, 'b/inner/file'), 'of the container');
    const archive = await packWhile(source, () => {
      renameSync(join(source, 'b'), join(source, 'z'));
      symlinkSync(secret, join(source, 'b'));
    });
    expect(archive.includes('of the host')).toBe(false);
    expect(namesIn(archive)).not.toContain('b/inner/file');
  });
});

test('a sparse file of a gigabyte is packed without its holes being read', async () => {
  const source = make('source');
  shell(
    source,
    'truncate -s 1G sparse && printf end | dd of=sparse bs=1 seek=700M conv=notrunc status=none',
  );
  let total = 0;
  let found = '';
  const view = { kind: 'folder', path: source } as const;
  // Held until the end, so that no piece of memory is counted for another.
  const memory = new Set<ArrayBufferLike>();
  for await (const chunk of packLayer({ view, form: 'layer', runner: launcher() })) {
    total += chunk.byteLength;
    memory.add(chunk.buffer);
    const at = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).indexOf('end');
    if (at !== -1) found = `${total - chunk.byteLength + at}`;
  }
  expect(total % 512).toBe(0);
  expect(total).toBeGreaterThan(2 ** 30);
  expect(Number(found) % 512).toBe(0);
  const used = [...memory].reduce((sum, { byteLength }) => sum + byteLength, 0);
  expect(used).toBeLessThan(2e6);
});

test('an abort ends it, and its process', async () => {
  const source = make('source');
  for (const name of ['a', 'b']) writeFileSync(join(source, name), Buffer.alloc(3_000_000));
  const controller = new AbortController();
  const view = { kind: 'folder', path: source } as const;
  const { signal } = controller;
  const run = async (): Promise<void> => {
    for await (const chunk of packLayer({ view, form: 'layer', runner: launcher(), signal })) {
      if (chunk.byteLength > 0) controller.abort(new Error('stop'));
    }
  };
  await expect(run()).rejects.toThrow('stop');
});
