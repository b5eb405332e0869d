import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runChecked } from '../../lab/run-command.ts';
import { startBerthd } from './berthd.ts';
import type { TestEngine } from './client-bench.ts';
import { hasDockerd, startDockerd } from './dockerd.ts';
import { writeSuiteImages } from './suite-images.ts';

type Side = 'berth' | 'dockerd';

// What one engine saves or exports, the other one has to read. A machine without Debian's docker.io has only berth.
describe.skipIf(!hasDockerd())('images between berth and dockerd', () => {
  const engines: Partial<Record<Side, TestEngine>> = {};
  let folder = '';
  const docker = (side: Side, ...args: readonly string[]): Promise<string> => {
    const env = {
      PATH: process.env['PATH'] ?? '',
      DOCKER_HOST: `unix://${engines[side]?.socketPath ?? ''}`,
      DOCKER_CONFIG: join(folder, 'docker'),
    };
    return runChecked(['docker', ...args], { env, timeoutMs: 30_000 });
  };
  const facts = '{{.Id}} {{json .RootFS.Layers}} {{json .Config.Env}} {{json .Config.Labels}}';

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'berth-exchange-'));
    const layout = await writeSuiteImages(folder);
    for (const name of ['one', 'two']) {
      const target = `docker-archive:${join(folder, `${name}.tar`)}:suite/${name}:1`;
      await runChecked(['skopeo', 'copy', '--insecure-policy', `oci:${layout}:${name}`, target]);
    }
    engines.berth = await startBerthd();
    engines.dockerd = await startDockerd();
  });
  afterAll(async () => {
    await engines.berth?.stop();
    await engines.dockerd?.stop();
    await rm(folder, { recursive: true });
  });

  describe.each([
    ['berth', 'dockerd'],
    ['dockerd', 'berth'],
  ] as const)('from %s to %s', (from, to) => {
    test('save and load: ids, layers and names are the same, and it runs', async () => {
      const names = ['suite/one:1', 'suite/two:1'];
      for (const name of ['one', 'two'])
        await docker(from, 'load', '--quiet', '--input', join(folder, `${name}.tar`));
      const archive = join(folder, `${from}.tar`);
      await docker(from, 'save', '--output', archive, ...names);
      const loaded = await docker(to, 'load', '--input', archive);
      expect(loaded.trim().split('\n').sort()).toEqual(
        names.map((name) => `Loaded image: ${name}`),
      );
      for (const name of names) {
        const [here, there] = await Promise.all(
          ([from, to] as const).map((side) => docker(side, 'image', 'inspect', '-f', facts, name)),
        );
        expect(there).toBe(here);
      }
      const ran = await docker(
        to,
        'run',
        '--rm',
        '--network',
        'none',
        'suite/two:1',
        'cat',
        '/two/file',
      );
      expect(ran).toBe('of two\n');
      for (const side of [from, to]) await docker(side, 'rmi', ...names);
    });

    test('export and import: the files are the same', async () => {
      await docker(from, 'load', '--quiet', '--input', join(folder, 'one.tar'));
      await docker(
        from,
        'create',
        '--name',
        'exported',
        '--network',
        'none',
        'suite/one:1',
        'true',
      );
      const archive = join(folder, `${from}-exported.tar`);
      await docker(from, 'export', '--output', archive, 'exported');
      await docker(to, 'import', '--change', 'ENV PATH=/bin', archive, 'suite/imported:1');
      const options = ['run', '--rm', '--network', 'none', 'suite/imported:1'];
      expect(await docker(to, ...options, 'cat', '/one/file')).toBe('of one\n');
      expect(await docker(to, ...options, 'ls', '/bin')).toContain('busybox\n');
      await docker(from, 'rm', 'exported');
      await docker(from, 'rmi', 'suite/one:1');
      await docker(to, 'rmi', 'suite/imported:1');
    });
  });
});
