import { execFileSync, execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';

import { expectAsBefore, leftovers } from '../../support/leftovers.ts';
import { hasDockerd, startDockerd } from '../cli/dockerd.ts';
import type { TestEngine } from '../cli/client-bench.ts';
import { busyboxArchive } from './busybox-image.ts';
import { TestDaemon } from './test-daemon.ts';
import type { CommandResult } from './test-daemon.ts';

let daemon: TestDaemon;
let dockerd: TestEngine;

type Docker = (...args: readonly string[]) => Promise<CommandResult>;

const berth: Docker = (...args) => daemon.docker(args);
const reference: Docker = (...args) =>
  new Promise((resolve) => {
    const env = { ...process.env, DOCKER_HOST: `unix://${dockerd.socketPath}` };
    execFile('docker', args, { env, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      const exitCode = typeof error?.code === 'number' ? error.code : error === null ? 0 : -1;
      resolve({ exitCode, stdout, stderr });
    });
  });

beforeAll(async () => {
  daemon = await TestDaemon.start();
  const archive = busyboxArchive(daemon.root);
  await berth('load', '-i', archive);
  dockerd = await startDockerd();
  await reference('load', '-i', archive);
});
afterAll(async () => {
  await dockerd.stop();
  await daemon.destroy();
});
afterEach(async () => {
  for (const docker of [berth, reference]) {
    const { stdout } = await docker('ps', '-aq');
    if (stdout !== '') await docker('rm', '-f', ...stdout.trim().split('\n'));
  }
  expect(daemon.problems).toEqual([]);
});

/** Runs a container to its end. */
async function run(docker: Docker, name: string, script: string): Promise<void> {
  const options = ['--network', 'none', '--name', name, '-e', 'EXTRA=given'];
  const result = await docker('run', ...options, 'bb', 'sh', '-ec', script);
  expect(result).toEqual({ exitCode: 0, stdout: '', stderr: '' });
}

/** The same of both engines. */
async function both<T>(ask: (docker: Docker) => Promise<T>): Promise<T> {
  const [ours, theirs] = await Promise.all([ask(berth), ask(reference)]);
  expect(ours).toEqual(theirs);
  return ours;
}

const lines = (text: string): readonly string[] => text.trim().split('\n').sort();

const changes = `
  PATH=/bin; alias b=/bin/busybox
  busybox mkdir -p /new/deep && echo x > /new/deep/file && busybox mkdir /tmp/dir
  echo more >> /etc/plain && busybox rm /etc/group && busybox chmod 600 /etc/passwd
  busybox rm -r /bin/wc && busybox ln /etc/passwd /linked && busybox mkfifo /fifo
  busybox rm -r /tmp && busybox mkdir /tmp && echo y > /tmp/again
  busybox rm /bin/tty && busybox mkdir /bin/tty && echo z > /bin/tty/inside
  busybox ln -s /etc/passwd /link && busybox chown 1000:1000 /new`;

describe.runIf(hasDockerd())('as dockerd', () => {
  test('docker diff shows what a container has changed, and nothing else', async () => {
    const shown = await both(async (docker) => {
      await run(docker, 'changed', changes);
      return lines((await docker('diff', 'changed')).stdout);
    });
    expect(shown).toEqual(
      expect.arrayContaining([
        'A /new',
        'A /new/deep/file',
        'C /etc',
        'C /etc/plain',
        'D /etc/group',
      ]),
    );
    expect(shown).toContain('C /bin/tty');
    expect(
      await both(async (docker) => {
        await run(docker, 'untouched', 'true');
        return docker('diff', 'untouched');
      }),
    ).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    expect(await both((docker) => docker('diff', 'nobody'))).toMatchObject({ exitCode: 1 });
  });

  test('docker commit makes the same image', async () => {
    const instructions = [
      'CMD ["cat", "/new/deep/file"]',
      'ENV A=1 PATH=$PATH:/new EXTRA=changed',
      'EXPOSE 80 53/udp',
      'LABEL one=1 "two words"="and more"',
      'USER app',
      'WORKDIR /new',
      'WORKDIR deep',
      'VOLUME /data',
      'ONBUILD RUN make',
      'HEALTHCHECK --interval=5s --retries=2 CMD true',
      'ENTRYPOINT ["busybox"]',
    ];
    const committed = await both(async (docker) => {
      await run(docker, 'changed', changes);
      const flags = instructions.flatMap((instruction) => ['--change', instruction]);
      const words = ['--author', 'Somebody <s@example.org>', '--message', 'what it is about'];
      const { stdout, stderr } = await docker('commit', ...words, ...flags, 'changed', 'made:one');
      expect(stderr).toBe('');
      expect(stdout).toMatch(/^sha256:[0-9a-f]{64}\n$/);
      const { Config, Author, Comment, Os, RootFS } = (await inspect(docker, 'made:one')) as {
        readonly Config: Readonly<Record<string, unknown>>;
        readonly Author: string;
        readonly Comment: string;
        readonly Os: string;
        readonly RootFS: { readonly Layers: readonly string[] };
      };
      const names = ['Env', 'Cmd', 'ExposedPorts', 'Labels', 'User', 'WorkingDir', 'Volumes'];
      const more = ['OnBuild', 'Healthcheck', 'Entrypoint'];
      const config = [...names, ...more].map((name) => [name, Config[name]]);
      const history = await docker(
        'history',
        '--no-trunc',
        '--format',
        '{{.CreatedBy}}|{{.Comment}}',
        'made:one',
      );
      return { config, Author, Comment, Os, layers: RootFS.Layers.length, history: history.stdout };
    });
    expect(committed.layers).toBe(2);
    expect(committed.history).toContain('what it is about');
    const listed = await both(async (docker) => {
      // Times of folders and of what was made by each engine's own run differ.
      const script =
        'find / -xdev ! -path "/proc*" ! -path "/sys*" ! -path "/dev*" ! -path /data -exec stat -c "%n %A %u:%g %h %F" {} + | sort';
      const options = ['--rm', '--network', 'none', '--user', 'root', '--workdir', '/'];
      return (await docker('run', ...options, 'made:one', 'sh', '-c', script)).stdout;
    });
    expect(listed).toContain('/new/deep/file -rw-r--r--');
    expect(listed).not.toContain('/etc/group');
  });

  test('a commit without changes adds a step without a layer', async () => {
    const made = await both(async (docker) => {
      await docker('create', '--network', 'none', '--name', 'plain', 'bb', 'true');
      await docker('commit', 'plain', 'made:same');
      const image = (await inspect(docker, 'made:same')) as {
        readonly RootFS: { readonly Layers: unknown };
        readonly Config: { readonly Cmd: unknown; readonly Env: unknown };
      };
      return { layers: image.RootFS.Layers, cmd: image.Config.Cmd, env: image.Config.Env };
    });
    expect(made).toMatchObject({ cmd: ['true'], layers: [expect.any(String)] });
  });

  test.each([
    ['a container that is not there', ['commit', 'nobody', 'made:x']],
    ['an instruction that changes files', ['commit', '--change', 'RUN true', 'changed', 'made:x']],
    ['an instruction without arguments', ['commit', '--change', 'ENV', 'changed', 'made:x']],
    ['a port that is none', ['commit', '--change', 'EXPOSE x', 'changed', 'made:x']],
    ['an export of nothing', ['export', '-o', '/tmp/berth-nothing.tar', 'nobody']],
  ])('%s is refused', async (_what, args) => {
    const refused = await both(async (docker) => {
      await docker('create', '--network', 'none', '--name', 'changed', 'bb', 'true');
      const { exitCode, stderr } = await docker(...args);
      // The old engine names the Dockerfile's line.
      return {
        exitCode,
        stderr: stderr.toLowerCase().replace('dockerfile parse error line 1: ', ''),
      };
    });
    expect(refused.exitCode).toBe(1);
  });

  test('docker export has all that the container sees', async () => {
    const own = new Set(['dev/console', 'dev/pts/', 'dev/shm/']);
    const names = await both(async (docker) => {
      await run(docker, 'exported', changes);
      const path = join(daemon.root, `${docker === berth ? 'ours' : 'theirs'}.tar`);
      expect(await docker('export', '-o', path, 'exported')).toMatchObject({ exitCode: 0 });
      const listed = execFileSync('tar', ['-tf', path], { encoding: 'utf8' });
      return lines(listed).filter((name) => !own.has(name));
    });
    expect(names).toEqual(
      expect.arrayContaining(['bin/busybox', 'new/deep/file', 'fifo', 'linked']),
    );
    expect(names).not.toContain('etc/group');
    const extract = (name: string): string =>
      execFileSync('tar', ['-xOf', join(daemon.root, 'ours.tar'), name], { encoding: 'utf8' });
    expect(extract('etc/plain')).toBe('no program\nmore\n');
  });
});

async function inspect(docker: Docker, name: string): Promise<unknown> {
  return (JSON.parse((await docker('inspect', name)).stdout) as readonly unknown[])[0];
}

describe('a container that runs', () => {
  test('is shown, exported and committed without being stopped, and nothing stays mounted', async () => {
    const before = leftovers();
    const script = 'echo one > /file; busybox mkfifo /go; cat /go; echo two > /file; sleep 60';
    await berth('run', '-d', '--network', 'none', '--name', 'live', 'bb', 'sh', '-c', script);
    onTestFinished(() => berth('rm', '-f', 'live').then(() => undefined));
    const running = leftovers();
    // It waits at the fifo, so that /file is there.
    await expect.poll(async () => (await berth('diff', 'live')).stdout).toContain('A /go');
    expect(lines((await berth('diff', 'live')).stdout)).toEqual(['A /file', 'A /go']);

    const archive = join(daemon.root, 'live.tar');
    expect((await berth('export', '-o', archive, 'live')).stderr).toBe('');
    const list = execFileSync('tar', ['-tvf', archive], { encoding: 'utf8' });
    expect(list).toContain(' file\n');
    const content = execFileSync('tar', ['-xOf', archive, 'file'], { encoding: 'utf8' });
    expect(content).toBe('one\n');

    expect((await berth('commit', 'live', 'made:live')).stderr).toBe('');
    const seen = await berth('run', '--rm', '--network', 'none', 'made:live', 'cat', '/file');
    expect(seen).toEqual({ exitCode: 0, stdout: 'one\n', stderr: '' });
    await expectAsBefore(running);
    expect((await berth('inspect', '--format', '{{.State.Status}}', 'live')).stdout).toBe(
      'running\n',
    );
    await berth('rm', '-f', 'live');
    await expectAsBefore(before);
  });

  test('the same changes give the same layer, in the store and after another commit', async () => {
    await run(berth, 'twice', changes);
    await berth('commit', 'twice', 'made:first');
    await berth('commit', 'twice', 'made:second');
    const layersOf = async (name: string): Promise<unknown> =>
      ((await inspect(berth, name)) as { readonly RootFS: { readonly Layers: unknown } }).RootFS
        .Layers;
    expect(await layersOf('made:first')).toEqual(await layersOf('made:second'));
    const index = readFileSync(join(daemon.root, 'data/images/index.json'), 'utf8');
    expect(index).toContain('made:first');
  });

  test('is told in the events', async () => {
    await run(berth, 'heard', 'true');
    const heard: (readonly [string, string])[] = [];
    const end = daemon.engine.onEvent(({ action, attributes }) => {
      heard.push([action, attributes['imageRef'] ?? '']);
    });
    await berth('export', '-o', join(daemon.root, 'heard.tar'), 'heard');
    await berth('commit', '-m', 'why', 'heard', 'made:heard');
    end();
    expect(heard).toEqual([
      ['export', ''],
      ['commit', 'made:heard'],
    ]);
  });
});
