import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { busyboxArchive } from './busybox-image.ts';
import { type CommandResult, TestDaemon } from './test-daemon.ts';

test('a data root that is a link does not hide what is mounted: the host keeps its files when the volume goes', async () => {
  const daemon = await TestDaemon.start();
  const docker = (...args: readonly string[]): Promise<CommandResult> => daemon.docker(args);
  await docker('load', '-i', busyboxArchive(daemon.root));
  const shown = join(daemon.root, 'data/volumes/linked/_data');
  const folder = join(daemon.root, 'precious');
  mkdirSync(folder);
  writeFileSync(join(folder, 'file'), 'of the host\n');
  const [data, elsewhere] = [join(daemon.root, 'data'), join(daemon.root, 'elsewhere')];
  await daemon.down();
  renameSync(data, elsewhere);
  symlinkSync(elsewhere, data);
  await daemon.up();
  const options = ['--opt', 'type=none', '--opt', `device=${folder}`, '--opt', 'o=bind'];
  await docker('volume', 'create', ...options, 'linked');
  await docker('create', '--name', 'one', '--network', 'none', '-v', 'linked:/m', 'bb', 'true');
  expect(
    (await docker('run', '--rm', '--network', 'none', '-v', 'linked:/m', 'bb', 'cat', '/m/file'))
      .stdout,
  ).toBe('of the host\n');
  await docker('rm', 'one');
  // As it lies there while a container runs with it that a killed berthd has forgotten.
  execFileSync('mount', ['--bind', folder, shown]);
  expect((await docker('volume', 'rm', 'linked')).exitCode).toBe(0);
  expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('of the host\n');
  expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(daemon.root);
  expect(daemon.problems).toEqual([]);
  await daemon.destroy();
});
