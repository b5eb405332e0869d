import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { busyboxArchive } from './busybox-image.ts';
import { type CommandResult, TestDaemon } from './test-daemon.ts';

let daemon: TestDaemon;

beforeAll(async () => {
  daemon = await TestDaemon.start();
  await daemon.docker(['load', '-i', busyboxArchive(daemon.root)]);
});
afterAll(() => daemon.destroy());
afterEach(async () => {
  await docker('rm', '-fv', 'stopped');
  await docker('volume', 'rm', 'parts');
  expect(daemon.problems.splice(0)).toEqual([]);
});

const docker = (...args: readonly string[]): Promise<CommandResult> => daemon.docker(args);

function shell(script: string, ...options: readonly string[]): Promise<CommandResult> {
  return docker('run', '--rm', '--network', 'none', ...options, 'bb', 'sh', '-c', script);
}

describe('a part of a volume', () => {
  const part = (subpath: string, script: string): Promise<CommandResult> =>
    shell(script, '--mount', `type=volume,source=parts,target=/p,volume-subpath=${subpath}`);

  test('is mounted, and no link of it leads out', async () => {
    const content =
      'mkdir -p /v/a/b; echo deep > /v/a/b/file; ln -s a/b /v/inside; ln -s /etc /v/absolute;' +
      'ln -s ../../../../../../../../../../../etc /v/up; ln -s up/passwd /v/twice';
    await shell(content, '-v', 'parts:/v');
    for (const path of ['a/b', './a//b/', 'inside'])
      expect((await part(path, 'cat /p/file')).stdout).toBe('deep\n');
    expect((await part('a/b/file', 'cat /p')).stdout).toBe('deep\n');
    await part('a/b', 'echo more >> /p/file');
    expect(readFileSync(join(daemon.root, 'data/volumes/parts/_data/a/b/file'), 'utf8')).toBe(
      'deep\nmore\n',
    );
    for (const path of ['absolute', 'up', 'up/ssl', 'twice'])
      expect(await part(path, 'cat /p/*')).toMatchObject({
        exitCode: 125,
        stderr: expect.stringContaining('path concatenation escapes the base directory') as string,
      });
    expect((await part('a/none', 'true')).stderr).toContain('cannot access path ');
    // Where the image has something to begin with, too: a container can be made, and the start says it.
    const mount = 'type=volume,source=parts,target=/etc,volume-subpath=absolute';
    await docker('create', '--name', 'stopped', '--network', 'none', '--mount', mount, 'bb');
    expect((await docker('start', 'stopped')).stderr).toContain('escapes the base directory');
    for (const path of ['../parts', 'a/../../x', '/a'])
      expect((await part(path, 'true')).stderr).toContain(
        'subpath must be a relative path within the volume',
      );
  });

  test('that is an empty folder begins with what the image has there, unless that is not wanted', async () => {
    await shell('mkdir -p /v/empty /v/other /v/full; echo own >/v/full/own', '-v', 'parts:/v');
    const at = (subpath: string, more = ''): Promise<CommandResult> =>
      shell(
        'ls /etc',
        '--mount',
        `type=volume,source=parts,target=/etc,volume-subpath=${subpath}${more}`,
      );
    expect((await at('other', ',volume-nocopy')).stdout).not.toContain('plain');
    expect((await at('full')).stdout).not.toContain('plain');
    expect((await at('empty')).stdout).toContain('plain');
    expect(
      readFileSync(join(daemon.root, 'data/volumes/parts/_data/empty/group'), 'utf8'),
    ).toContain('wheel');
  });

  test('is what docker cp finds in a container that does not run', async () => {
    await shell('mkdir /v/a; echo deep > /v/a/file', '-v', 'parts:/v');
    const mount = 'type=volume,source=parts,target=/p,volume-subpath=a';
    await docker('create', '--name', 'stopped', '--network', 'none', '--mount', mount, 'bb');
    const to = join(daemon.root, 'copied');
    await docker('cp', 'stopped:/p/file', to);
    expect(readFileSync(to, 'utf8')).toBe('deep\n');
  });
});
