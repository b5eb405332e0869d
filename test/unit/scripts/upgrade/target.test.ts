import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { useLanguage } from '../../../../messages/language.ts';
import { systemClock } from '../../../../runtime/host/clock.ts';
import { exists } from '../../../../runtime/host/files.ts';
import { hostAt, type ProvisionHost } from '../../../../scripts/host/provision-host.ts';
import { Journal } from '../../../../scripts/journal/journal.ts';
import { findTarget } from '../../../../scripts/upgrade/target.ts';

let host: ProvisionHost;
const archive = (): string => host.path('/new.tar.gz');

beforeEach(async () => {
  host = hostAt(await mkdtemp(join(tmpdir(), 'berth-target-')));
  const content = ['-C', '/', 'etc/hostname', 'etc/passwd', 'etc/group'];
  execFileSync('tar', ['-czf', archive(), ...content]);
});
afterEach(async () => {
  useLanguage('en');
  await rm(host.root, { recursive: true });
});

/** Damages the archive. */
const damages: readonly (readonly [string, () => Promise<void>])[] = [
  ['was cut off', async () => writeFile(archive(), (await readFile(archive())).subarray(0, 300))],
  [
    'has another byte',
    async () => {
      const bytes = await readFile(archive());
      bytes[200] = (bytes[200] ?? 0) ^ 0x10;
      await writeFile(archive(), bytes);
    },
  ],
  ['is something else', () => writeFile(archive(), 'root:x:0:0::/root:/bin/sh\n')],
  ['is empty', () => writeFile(archive(), '')],
  ['holds no bundle', () => Promise.resolve()],
];

test.each(damages)('an archive that %s is to be fetched again', async (_what, damage) => {
  await damage();
  const options = { bundle: 'new.tar.gz', timeoutMs: 1 };
  const journal = await Journal.open(host, systemClock);
  const find = () => findTarget(options, { host, journal, workingDirectory: host.root });
  await expect(find()).rejects.toMatchObject({
    code: 'BUNDLE_CORRUPT',
    message: expect.stringContaining(archive()) as unknown,
    remedy: 'Fetch or copy the archive (tar.gz) again. What is installed was not touched.',
  });
  useLanguage('zh');
  await expect(find()).rejects.toMatchObject({
    remedy: expect.stringContaining('请重新下载或复制该归档文件') as unknown,
  });
  expect(await exists(host.path('/opt/berth'))).toBe(false);
});
