import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BundleFile } from '../../../../scripts/bundle/bundle-file.ts';
import { bundleMessages as m } from '../../../../messages/areas/bundle.ts';
import { manifestFiles } from '../../../../scripts/bundle/manifest.ts';
import { removeBundles } from '../../../../scripts/bundle/remove-bundles.ts';
import { writeArchive } from '../../../../scripts/bundle/write-archive.ts';
import { bindStep } from '../../../../scripts/steps/index.ts';
import { hostAt, type ProvisionHost } from '../../../../scripts/host/provision-host.ts';
import { snapshotTree } from '../../../integration/scripts/support/temp-host.ts';

let scratch: string;
let host: ProvisionHost;
let before: readonly string[];

beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'berth-install-'));
  await mkdir(join(scratch, 'host', 'usr'), { recursive: true });
  host = hostAt(join(scratch, 'host'));
  before = await snapshotTree(host.root);
});
afterEach(() => rm(scratch, { recursive: true, force: true }));

/** A bundle of a few bytes: what the step looks at is the manifest. */
async function archiveOf(version: string, text = version): Promise<string> {
  const files: readonly BundleFile[] = [
    { path: 'bin/berth', kind: 'program', content: Buffer.from(text) },
  ];
  const head = { version, arch: 'x64', sourceDateEpoch: 1 } as const;
  const all = [...files, ...(await manifestFiles(files, head))];
  const to = join(scratch, `${version}.tar.gz`);
  await writeArchive({ files: all, folder: 'b', sourceDateEpoch: 1, to });
  return to;
}

const stepFor = async (version: string) =>
  bindStep({ kind: 'install-bundle', version, source: await archiveOf(version) });
const rollBack = { data: 'keep', packages: 'remove', services: 'restore' } as const;
const current = (): Promise<string> => readlink(host.path('/opt/berth/current'));

describe('step install-bundle', () => {
  test('puts a version beside the others, switches, and goes back', async () => {
    const first = await stepFor('1.0.0');
    const captured = await first.capture(host);
    expect(await first.isDone(host)).toBe(false);
    await first.apply(host);
    expect(await first.isDone(host)).toBe(true);
    expect(await current()).toBe('1.0.0');
    expect(await readlink(host.path('/usr/local/bin/berth'))).toBe('/opt/berth/current/bin/berth');
    const withFirst = await snapshotTree(host.root);

    const second = await stepFor('2.0.0');
    const capturedSecond = await second.capture(host);
    await second.apply(host);
    expect(await current()).toBe('2.0.0');
    expect(await first.isDone(host)).toBe(false);
    await second.undo({ captured: capturedSecond, host, options: rollBack });
    expect(await snapshotTree(host.root)).toEqual(withFirst);

    await first.undo({ captured, host, options: rollBack });
    expect(await snapshotTree(host.root)).toEqual(before);
  });

  test('is for everyone to read, whatever the umask is', async () => {
    const umask = process.umask(0o077);
    try {
      await (await stepFor('1.0.0')).apply(host);
    } finally {
      process.umask(umask);
    }
    const lines = await snapshotTree(host.root);
    const modes = new Map(lines.map((line) => [line.split(' ')[0], line.split(' ')[1]]));
    for (const path of ['/opt', '/opt/berth', '/opt/berth/1.0.0', '/opt/berth/1.0.0/bin']) {
      expect([path, modes.get(path)]).toEqual([path, '40755']);
    }
    expect(modes.get('/usr/local/bin')).toBe('40755');
    expect(modes.get('/opt/berth/1.0.0/bin/berth')).toBe('100755');
    expect(modes.get('/opt/berth/1.0.0/manifest.json')).toBe('100644');
  });

  test('goes back from any half-way state', async () => {
    const step = await stepFor('1.0.0');
    const captured = await step.capture(host);
    await step.undo({ captured, host, options: rollBack });
    expect(await snapshotTree(host.root)).toEqual(before);
    await mkdir(host.path('/opt/berth/.new-7/bin'), { recursive: true });
    await step.undo({ captured, host, options: rollBack });
    expect(await snapshotTree(host.root)).toEqual(before);
  });

  test('stays with "berth down", unless everything is to go', async () => {
    const step = await stepFor('1.0.0');
    const captured = await step.capture(host);
    await step.apply(host);
    const down = { data: 'keep', packages: 'remove', services: 'stop' } as const;
    expect(await step.undo({ captured, host, options: down })).toEqual({
      kind: 'kept',
      note: m.installedStays({ path: '/opt/berth' }),
    });
    expect(await current()).toBe('1.0.0');
    await step.undo({ captured, host, options: { ...down, data: 'purge' } });
    expect(await snapshotTree(host.root)).toEqual(before);
  });

  test('refuses another version and leaves nothing', async () => {
    const source = await archiveOf('1.0.0');
    const step = bindStep({ kind: 'install-bundle', version: '1.1.0', source });
    const captured = await step.capture(host);
    await expect(step.apply(host)).rejects.toMatchObject({ code: 'BUNDLE_CORRUPT' });
    await step.undo({ captured, host, options: rollBack });
    expect(await snapshotTree(host.root)).toEqual(before);
  });
});

describe('a disk that is full', () => {
  test('is told, and nothing stays', async () => {
    await mkdir(host.path('/opt'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=40k', 'small', host.path('/opt')]);
    try {
      const source = await archiveOf('1.0.0', randomBytes(200_000).toString('hex'));
      const step = bindStep({ kind: 'install-bundle', version: '1.0.0', source });
      await expect(step.apply(host)).rejects.toMatchObject({
        code: 'BUNDLE_NOT_INSTALLED',
        message: expect.stringContaining('ENOSPC') as string,
      });
      expect(await readdir(host.path('/opt/berth'))).toEqual([]);
    } finally {
      execFileSync('umount', [host.path('/opt')]);
    }
  });
});

describe('removeBundles', () => {
  test('takes all versions, links and folders that were made for them', async () => {
    await (await stepFor('1.0.0')).apply(host);
    await (await stepFor('2.0.0')).apply(host);
    await mkdir(host.path('/opt/berth/.new-7'));
    await symlink('7', host.path('/opt/berth/.lock'));
    const made = ['/opt', '/usr/local', '/usr/local/bin'];
    await writeFile(host.path('/opt/berth/folders-made'), `${made.join('\n')}\n`);
    await removeBundles(host);
    expect(await snapshotTree(host.root)).toEqual(before);
    await removeBundles(host);
  });

  test("leaves what is not berth's", async () => {
    await (await stepFor('1.0.0')).apply(host);
    await rm(host.path('/usr/local/bin/berth'));
    await writeFile(host.path('/usr/local/bin/berth'), 'mine');
    await mkdir(host.path('/opt/berth/mine'));
    await removeBundles(host);
    const left = (await snapshotTree(host.root)).map((line) => line.split(' ')[0]);
    expect(left).toContain('/opt/berth/mine');
    expect(left).toContain('/usr/local/bin/berth');
    expect(left).not.toContain('/opt/berth/1.0.0');
    expect(left).not.toContain('/opt/berth/current');
  });
});
