import { expect, test } from 'vitest';
import type { ImageBlobs } from '../../../runtime/image/image-service.ts';
import { helloWorldImage } from '../../../runtime/image/hello-world.ts';
import { currentArchitecture } from '../../../runtime/syscall/architecture.ts';
import { helloElf } from '../../../runtime/syscall/hello-elf.ts';
import { push, startRegistry } from '../registry/support.ts';
import { busyboxImage } from './busybox-archive.ts';
import { CliProcess, shellCommand } from './cli-process.ts';
import type { ClientBench } from './client-bench.ts';

/** An image whose program needs no more than a kernel. */
function helloImage(): Promise<ImageBlobs> {
  const architecture = currentArchitecture();
  return helloWorldImage({
    architecture: architecture === 'aarch64' ? 'arm64' : 'amd64',
    program: helloElf(architecture, 'hello from a registry\n'),
  });
}

/** Images: listed, named, removed, pulled. */
export function imageSuite(bench: ClientBench): void {
  test('images: a row for the image, its id in short and whole', async () => {
    const { stdout } = await bench.cli(['images']);
    expect(stdout).toMatch(/^REPOSITORY +TAG +IMAGE ID +CREATED +SIZE\n/);
    expect(stdout).toMatch(/\nberth-test\/busybox +1 +[0-9a-f]{12} +\d+ years ago +[\d.]+MB\n/);
    const { stdout: id } = await bench.cli(['images', '-q', '--no-trunc', 'berth-test/busybox']);
    expect(id).toMatch(/^sha256:[0-9a-f]{64}\n$/);
    const { stdout: line } = await bench.cli(['images', '--format', 'json', busyboxImage]);
    expect(JSON.parse(line)).toMatchObject({ Repository: 'berth-test/busybox', Tag: '1' });
  });

  test('inspect, tag, rmi', async () => {
    expect((await bench.cli(['tag', busyboxImage, 'other/name:2'])).exitCode).toBe(0);
    const { stdout } = await bench.cli(['inspect', 'other/name:2']);
    expect(JSON.parse(stdout)).toMatchObject([
      { RepoTags: expect.arrayContaining(['other/name:2']) as unknown },
    ]);
    expect((await bench.cli(['rmi', 'other/name:2'])).stdout).toBe('Untagged: other/name:2\n');
    expect(await bench.cli(['inspect', 'other/name:2'])).toMatchObject({
      exitCode: 1,
      stdout: '[]\n',
    });
  });

  test('pull from a registry, and run what is missing', async () => {
    const name = `${await startRegistry()}/hello`;
    await push(await helloImage(), `${name}:1`);
    const pulled = await bench.cli(['pull', `${name}:1`]);
    expect(pulled.stdout).toMatch(/Pulling from .*\n.*Digest: sha256:[0-9a-f]{64}\n/s);
    expect(pulled.stdout.endsWith(`Downloaded newer image for ${name}:1\n${name}:1\n`)).toBe(true);
    expect((await bench.cli(['pull', '-q', `${name}:1`])).stdout).toBe(`${name}:1\n`);
    expect((await bench.cli(['rmi', `${name}:1`])).exitCode).toBe(0);
    const ran = await bench.cli(['run', '--rm', '--network', 'none', `${name}:1`]);
    expect(ran).toMatchObject({ exitCode: 0, stdout: 'hello from a registry\n' });
    expect(ran.stderr).toMatch(`Unable to find image '${name}:1' locally\n`);
    expect((await bench.cli(['rmi', `${name}:1`])).exitCode).toBe(0);
    const missing = await bench.cli(['pull', `${name}:2`]);
    expect(missing.exitCode).toBe(1);
    expect(missing.stderr).toMatch(/^berth: [A-Z_]+: .*\n/);
  });

  test('pull -a: every tag of a repository', async () => {
    const name = `${await startRegistry()}/hello`;
    for (const tag of ['1', '2']) await push(await helloImage(), `${name}:${tag}`);
    const pulled = await bench.cli(['pull', '-a', name]);
    expect(pulled).toMatchObject({ exitCode: 0, stderr: '' });
    expect(pulled.stdout.endsWith(`${name}\n`)).toBe(true);
    const { stdout } = await bench.cli(['images', '--format', 'json', name]);
    expect(stdout.match(/"Tag":"\d"/g)?.toSorted()).toEqual(['"Tag":"1"', '"Tag":"2"']);
    await bench.cli(['rmi', `${name}:1`, `${name}:2`]);
  });

  test('pull on a terminal: lines change in place, and fit into it', async () => {
    const name = `${await startRegistry()}/hello:1`;
    await push(await helloImage(), name);
    const command = `stty rows 10 cols 30; ${shellCommand(['pull', name])}`;
    const { exitCode, stdout } = await CliProcess.onTerminal(bench.socketPath, command).exit;
    expect(exitCode).toBe(0);
    const painted = stdout.split('\n').filter((line) => line.includes('\u001b[2K'));
    const lines = painted.map((line) => line.replaceAll(/\u001b\[\d*[A-Z]|\r/g, ''));
    expect(lines.join('\n')).toMatch(/[0-9a-f]{12}: Pull complete/);
    expect(lines.filter((line) => line.length >= 30)).toEqual([]);
    expect(stdout).toContain('\u001b[1A');
    await bench.cli(['rmi', name]);
  });
}
