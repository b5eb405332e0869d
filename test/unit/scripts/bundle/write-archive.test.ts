import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BundleFile } from '../../../../scripts/bundle/bundle-file.ts';
import { damagedFiles, readManifest } from '../../../../scripts/bundle/from-bundle.ts';
import { manifestFiles } from '../../../../scripts/bundle/manifest.ts';
import { sourceDate } from '../../../../scripts/bundle/source-date.ts';
import { unpackBundle } from '../../../../scripts/bundle/unpack-bundle.ts';
import { writeArchive } from '../../../../scripts/bundle/write-archive.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-archive-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const data = (path: string, text: string): BundleFile => ({
  path,
  kind: 'data',
  content: Buffer.from(text),
});
const head = { version: '1.2.3', arch: 'x64', sourceDateEpoch: 1_700_000_000 } as const;

async function write(files: readonly BundleFile[], name: string) {
  const { sourceDateEpoch } = head;
  return writeArchive({ files, folder: 'b', sourceDateEpoch, to: join(folder, name) });
}

describe('an archive', () => {
  test('has files by name, one time and one owner, whatever order they come in', async () => {
    await writeFile(join(folder, 'large'), Buffer.alloc(100_000, 7));
    const files: readonly BundleFile[] = [
      data('z', 'last'),
      { path: 'bin/x', kind: 'program', content: Buffer.from('#!') },
      { path: 'large', kind: 'data', content: { path: join(folder, 'large') } },
    ];
    const one = await write(files, 'one.tar.gz');
    const two = await write(files.toReversed(), 'two.tar.gz');
    expect(two.digest).toBe(one.digest);
    const bytes = await readFile(one.path);
    expect(one.sizeBytes).toBe(bytes.length);
    expect(one.digest).toBe(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
    const listed = execFileSync('tar', ['-tvzf', one.path, '--utc'], { encoding: 'utf8' });
    expect(listed.replaceAll(/ +/g, ' ')).toBe(
      [
        'drwxr-xr-x root/root 0 2023-11-14 22:13 b/',
        'drwxr-xr-x root/root 0 2023-11-14 22:13 b/bin/',
        '-rwxr-xr-x root/root 2 2023-11-14 22:13 b/bin/x',
        '-rw-r--r-- root/root 100000 2023-11-14 22:13 b/large',
        '-rw-r--r-- root/root 4 2023-11-14 22:13 b/z',
        '',
      ].join('\n'),
    );
    expect(bytes.readUInt32LE(4)).toBe(0);
  });

  test('is not there when a file cannot be read', async () => {
    const files: readonly BundleFile[] = [
      data('a', 'a'),
      { path: 'b', kind: 'data', content: { path: join(folder, 'missing') } },
    ];
    await expect(write(files, 'one.tar.gz')).rejects.toThrow(/ENOENT/);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('a manifest', () => {
  test('finds what is damaged or missing after unpacking', async () => {
    const files = [data('a', 'a'), data('sub/b', 'b'), data('c', 'c')];
    const { path } = await write([...files, ...(await manifestFiles(files, head))], 'one.tar.gz');
    const to = join(folder, 'unpacked');
    await unpackBundle(path, to);
    const manifest = await readManifest(to);
    expect(manifest).toMatchObject(head);
    expect(await damagedFiles(to, manifest)).toEqual([]);
    execFileSync('sha256sum', ['--check', '--quiet', 'SHA256SUMS'], { cwd: to });
    await writeFile(join(to, 'a'), 'A');
    await rm(join(to, 'sub/b'));
    expect(await damagedFiles(to, manifest)).toEqual(['a', 'sub/b']);
  });

  test('that cannot be read is told', async () => {
    await writeFile(join(folder, 'manifest.json'), '{"schemaVersion":2}');
    await expect(readManifest(folder)).rejects.toMatchObject({ code: 'BUNDLE_CORRUPT' });
  });
});

describe('unpackBundle', () => {
  test.each([
    ['what is no archive', ['sh', '-c', 'echo nothing >"$0"']],
    [
      'an archive that was cut off',
      ['sh', '-c', 'tar -czf - -C / etc/hostname | head -c 40 >"$0"'],
    ],
    [
      'an entry that leads out of the folder',
      ['sh', '-c', 'tar -czPf "$0" --transform "s,.*,b/../../out," /etc/hostname'],
    ],
  ])('refuses %s', async (_what, [program = '', ...args]) => {
    const source = join(folder, 'x.tar.gz');
    execFileSync(program, [...args, source]);
    await expect(unpackBundle(source, join(folder, 'to'))).rejects.toMatchObject({
      code: 'BUNDLE_CORRUPT',
      remedy: expect.stringContaining('Fetch or copy the archive') as unknown,
    });
    expect((await readdir(folder)).toSorted()).toEqual(['to', 'x.tar.gz']);
  });
});

describe('sourceDate', () => {
  test('is SOURCE_DATE_EPOCH, else the time of the commit, else one for all', async () => {
    expect(await sourceDate(folder, { SOURCE_DATE_EPOCH: '12' })).toBe(12);
    expect(await sourceDate(folder, {})).toBe(315_532_800);
    const env = { ...process.env, GIT_COMMITTER_DATE: '@1600000000 +0000' };
    const git = (...args: readonly string[]): void => {
      const who = ['-c', 'user.name=x', '-c', 'user.email=x@y'];
      execFileSync('git', ['-C', folder, ...who, ...args], { env, stdio: 'ignore' });
    };
    git('init');
    git('commit', '--allow-empty', '-m', 'x');
    expect(await sourceDate(folder, {})).toBe(1_600_000_000);
  });

  test('refuses what is no number', async () => {
    await expect(sourceDate(folder, { SOURCE_DATE_EPOCH: 'now' })).rejects.toMatchObject({
      code: 'USAGE',
    });
  });
});
