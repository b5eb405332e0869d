import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { DockerBench } from './docker-bench.ts';

/** The digest that the layout has for one of the suite's images. */
export function digestIn(layout: string, name: string): string {
  const index = JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8')) as {
    manifests: readonly { digest: string; annotations: Record<string, string> }[];
  };
  const found = index.manifests.find(
    ({ annotations }) => annotations['org.opencontainers.image.ref.name'] === name,
  );
  return found?.digest ?? '';
}

/** `docker pull`. */
export function pullSuite(bench: DockerBench): void {
  const { docker, must } = bench;

  describe('docker pull', () => {
    test('by tag: progress, digest and status; a second time it is up to date', async () => {
      const name = `${bench.registry}/suite/one:1`;
      const digest = digestIn(bench.layout, 'one');
      const first = await must('pull', name);
      expect(first).toMatch(/^1: Pulling from suite\/one\n/);
      expect(first.match(/^[0-9a-f]{12}: Pulling fs layer$/gm)).toHaveLength(2);
      expect(first.match(/^[0-9a-f]{12}: Pull complete$/gm)).toHaveLength(2);
      const end = (status: string): string =>
        `Digest: ${digest}\nStatus: ${status} ${name}\n${name}`;
      expect(first.endsWith(end('Downloaded newer image for'))).toBe(true);
      expect(await must('pull', name)).toBe(
        `1: Pulling from suite/one\n${end('Image is up to date for')}`,
      );
    });

    test('by digest gives no tag', async () => {
      const digest = digestIn(bench.layout, 'one');
      const name = `${bench.registry}/suite/one@${digest}`;
      expect(await must('pull', name)).toMatch(
        new RegExp(`^${name}: Pulling from suite/one\n|^${digest}`),
      );
      expect(await must('images', '--digests', '--format', '{{.Tag}} {{.Digest}}')).toBe(
        `<none> ${digest}`,
      );
      expect(
        await must('image', 'inspect', '-f', '{{json .RepoTags}} {{json .RepoDigests}}', name),
      ).toBe(`[] ["${name}"]`);
    });

    test('-q prints the name only', async () => {
      const name = `${bench.registry}/suite/one:1`;
      expect(await docker('pull', '-q', name)).toEqual({
        exitCode: 0,
        stdout: `${name}\n`,
        stderr: '',
      });
    });

    test('--platform chooses from an index', async () => {
      const name = `${bench.registry}/suite/many:1`;
      await must('pull', '-q', '--platform', 'linux/arm64', name);
      expect(await must('image', 'inspect', '-f', '{{.Architecture}}', name)).toBe('arm64');
      expect(await docker('pull', '--platform', 'linux/s390x', name)).toMatchObject({
        exitCode: 1,
        stderr: expect.stringContaining('no matching manifest for linux/s390x') as unknown,
      });
      expect(await docker('pull', '--platform', 'nonsense/x/y/z', name)).toMatchObject({
        exitCode: 1,
        stderr: expect.stringContaining('nonsense/x/y/z') as unknown,
      });
    });

    test('layers of another image are not pulled again', async () => {
      await bench.pull('one');
      const second = await must('pull', `${bench.registry}/suite/two:1`);
      expect(second.match(/: Already exists$/gm)).toHaveLength(1);
      expect(second.match(/: Pull complete$/gm)).toHaveLength(1);
    });

    test('-a pulls every tag', async () => {
      const name = await bench.pull('one');
      await must('tag', name, `${bench.registry}/suite/tags:a`);
      await must('tag', name, `${bench.registry}/suite/tags:b`);
      await must('push', '--quiet', '--all-tags', `${bench.registry}/suite/tags`);
      await must('rmi', `${bench.registry}/suite/tags:a`, `${bench.registry}/suite/tags:b`);
      await must('pull', '-q', '-a', `${bench.registry}/suite/tags`);
      const tags = await must('images', '--format', '{{.Tag}}', `${bench.registry}/suite/tags`);
      expect(tags.split('\n').sort()).toEqual(['a', 'b']);
    });

    test.each([
      ['a tag', 'suite/one:none', /manifest for \S+\/suite\/one:none not found: manifest unknown/],
      [
        'a repository',
        'suite/none',
        /manifest for \S+\/suite\/none:latest not found: manifest unknown/,
      ],
    ])('%s that is not there', async (_what, path, message) => {
      expect(await docker('pull', `${bench.registry}/${path}`)).toMatchObject({
        exitCode: 1,
        stderr: expect.stringMatching(message) as unknown,
      });
      expect(await must('images', '-aq')).toBe('');
    });

    test('a registry that is not there, and a host that has no address', async () => {
      expect(await docker('pull', '127.0.0.1:1/one')).toMatchObject({
        exitCode: 1,
        stderr: expect.stringMatching(
          /^Error response from daemon: Get "https?:\/\/127\.0\.0\.1:1\/v2\/": .*connect.*refused|ECONNREFUSED/,
        ) as unknown,
      });
      expect(await docker('pull', 'nowhere.invalid/one')).toMatchObject({
        exitCode: 1,
        stderr: expect.stringContaining('Get "https://nowhere.invalid/v2/": ') as unknown,
      });
    });

    test('goes through the mirror of Docker Hub, a pull-through cache', async () => {
      bench.mirror.reset();
      const first = await must('pull', 'suite/one:1');
      expect(first).toMatch(/Status: Downloaded newer image for suite\/one:1\n/);
      const asked = bench.mirror.requests.map(({ path }) => path.replace(/\?.*/, ''));
      expect(asked).toContain(`/v2/suite/one/blobs/${layersIn(bench.layout, 'one')[0] ?? ''}`);
      expect(await must('images', '--format', '{{.Repository}}')).toBe('suite/one');
      expect(
        await must('run', '--rm', '--network', 'none', 'suite/one:1', 'cat', '/one/file'),
      ).toBe('of one');
    });

    test('of a name that the mirror lacks says what Docker Hub says, or that it cannot be reached', async () => {
      expect(await docker('pull', 'suite/nothing:1')).toMatchObject({
        exitCode: 1,
        stderr: expect.stringMatching(/registry-1\.docker\.io|not found|denied/) as unknown,
      });
    });
  });
}

function layersIn(layout: string, name: string): readonly string[] {
  const path = `blobs/${digestIn(layout, name).replace(':', '/')}`;
  const manifest = JSON.parse(readFileSync(join(layout, path), 'utf8')) as {
    layers: readonly { digest: string }[];
  };
  return manifest.layers.map(({ digest }) => digest);
}
