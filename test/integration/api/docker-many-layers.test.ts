import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { busyboxArchive } from './busybox-image.ts';
import { TestDaemon } from './test-daemon.ts';
import type { CommandResult } from './test-daemon.ts';
import { removeTree } from '../../support/remove-tree.ts';

let daemon: TestDaemon;
beforeAll(async () => {
  daemon = await TestDaemon.start();
});
afterAll(() => daemon.destroy());

const docker = (...args: readonly string[]): Promise<CommandResult> =>
  daemon.docker(args, { timeoutMs: 120_000 });

/** A `docker save` archive of busybox with so many layers on top: each has a file, and changes one that all have. */
function archiveWith(layers: number): string {
  const work = mkdtempSync(join(daemon.root, 'many-'));
  const tar = (...args: readonly string[]): Buffer =>
    execFileSync('tar', args, { maxBuffer: 2 ** 26 });
  tar('-C', work, '-xf', busyboxArchive(daemon.root));
  const manifest = JSON.parse(
    execFileSync('cat', [join(work, 'manifest.json')], { encoding: 'utf8' }),
  ) as [{ Config: string; RepoTags: string[]; Layers: string[] }];
  const config = JSON.parse(
    execFileSync('cat', [join(work, manifest[0].Config)], { encoding: 'utf8' }),
  ) as { rootfs: { diff_ids: string[] } };
  mkdirSync(join(work, 'tree/layers'), { recursive: true });
  for (let i = 0; i < layers; i += 1) {
    removeTree(join(work, 'tree/layers'));
    mkdirSync(join(work, 'tree/layers'));
    writeFileSync(join(work, `tree/layers/${i}`), '');
    writeFileSync(join(work, 'tree/topmost'), `${i}\n`);
    const layer = tar('-C', join(work, 'tree'), '-c', '.');
    writeFileSync(join(work, `${i}.tar`), layer);
    config.rootfs.diff_ids.push(`sha256:${createHash('sha256').update(layer).digest('hex')}`);
    manifest[0].Layers.push(`${i}.tar`);
  }
  manifest[0].RepoTags = [`many:${layers}`];
  writeFileSync(join(work, manifest[0].Config), JSON.stringify(config));
  writeFileSync(join(work, 'manifest.json'), JSON.stringify(manifest));
  const archive = join(daemon.root, `many-${layers}.tar`);
  tar('-C', work, '-cf', archive, 'manifest.json', manifest[0].Config, ...manifest[0].Layers);
  return archive;
}

test.each([128, 300])(
  'an image of %i layers more is loaded, run, shown, committed and exported',
  async (count) => {
    expect((await docker('load', '-i', archiveWith(count))).stderr).toBe('');
    const script = 'ls layers | wc -l; cat topmost; echo new > topmost; busybox rm layers/0';
    const options = ['--network', 'none', '--name', `c${count}`];
    const seen = await docker('run', ...options, `many:${count}`, 'sh', '-c', script);
    expect(seen).toEqual({ exitCode: 0, stdout: `${count}\n${count - 1}\n`, stderr: '' });

    const diff = await docker('diff', `c${count}`);
    expect(diff.stdout.trim().split('\n')).toEqual(['C /layers', 'D /layers/0', 'C /topmost']);
    expect((await docker('commit', `c${count}`, `more:${count}`)).stderr).toBe('');
    const again = ['--rm', '--network', 'none', `more:${count}`];
    const after = await docker('run', ...again, 'sh', '-c', 'ls layers | wc -l; cat topmost');
    expect(after).toEqual({ exitCode: 0, stdout: `${count - 1}\nnew\n`, stderr: '' });

    const archive = join(daemon.root, `export-${count}.tar`);
    await docker('export', '-o', archive, `c${count}`);
    const names = execFileSync('tar', ['-tf', archive], { encoding: 'utf8' }).split('\n');
    expect(names.filter((name) => /^layers\/\d+$/.test(name))).toHaveLength(count - 1);
    expect(daemon.problems).toEqual([]);
  },
  120_000,
);
