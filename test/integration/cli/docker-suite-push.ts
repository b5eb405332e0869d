import { writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runChecked } from '../../lab/run-command.ts';
import { FaultProxy } from '../../support/fault-proxy.ts';
import { type RegistryProcess, startRegistryProcess } from '../../support/registry-process.ts';
import type { DockerBench } from './docker-bench.ts';
import { digestIn } from './docker-suite-pull.ts';

/** `docker push`, `login`, `logout`, `manifest inspect`. */
export function pushSuite(bench: DockerBench): void {
  const { docker, must } = bench;
  const skopeo = (...args: readonly string[]): Promise<string> => runChecked(['skopeo', ...args]);

  describe('docker push', () => {
    let target: RegistryProcess;
    beforeAll(async () => {
      target = await startRegistryProcess();
    });
    afterAll(() => target.stop());
    const digestLine = /^1: digest: (sha256:[0-9a-f]{64}) size: \d+$/m;

    test('into an empty registry: skopeo reads it, and it comes back the same', async () => {
      const name = await bench.pull('one');
      const id = await must('image', 'inspect', '-f', '{{.Id}}', name);
      const pushed = `${target.host}/fresh/one:1`;
      await must('tag', name, pushed);
      const text = await must('push', pushed);
      expect(text).toContain(`The push refers to repository [${target.host}/fresh/one]\n`);
      expect(text.match(/^[0-9a-f]{12}: Pushed$/gm)).toHaveLength(2);
      const digest = digestLine.exec(text)?.[1] ?? '';
      // berth keeps the manifest that was pulled; dockerd writes one of its own.
      if (bench.engine === 'berth') expect(digest).toBe(digestIn(bench.layout, 'one'));
      const seen = JSON.parse(
        await skopeo('inspect', '--tls-verify=false', `docker://${pushed}`),
      ) as unknown;
      expect(seen).toMatchObject({ Digest: digest, Labels: { part: 'one' } });
      const copied = `dir:${join(bench.folder, 'pushed')}`;
      await skopeo(
        'copy',
        '--insecure-policy',
        '--src-tls-verify=false',
        `docker://${pushed}`,
        copied,
      );
      expect(await must('image', 'inspect', '-f', '{{json .RepoDigests}}', pushed)).toContain(
        `${target.host}/fresh/one@${digest}`,
      );
      await must('rmi', '--force', id);
      await must('pull', '--quiet', pushed);
      expect(await must('image', 'inspect', '-f', '{{.Id}}', pushed)).toBe(id);
    });

    test('layers that are there already are not sent again', async () => {
      const name = await bench.pull('one');
      const pushed = `${target.host}/again/one:1`;
      await must('tag', name, pushed);
      await must('push', '--quiet', pushed);
      const text = await must('push', pushed);
      expect(text.match(/^[0-9a-f]{12}: Layer already exists$/gm)).toHaveLength(2);
      expect(text).toMatch(digestLine);
      expect(await must('push', '--quiet', pushed)).toBe(pushed);
    });

    test('layers of another repository of the registry are mounted, not sent', async () => {
      const name = await bench.pull('two');
      const proxy = await FaultProxy.start(target.host);
      try {
        const [first, second] = [`${proxy.host}/mount/a:1`, `${proxy.host}/mount/b:1`];
        await must('tag', name, first);
        await must('push', '--quiet', first);
        await must('tag', name, second);
        proxy.reset();
        const text = await must('push', second);
        expect(text.match(/^[0-9a-f]{12}: Mounted from mount\/a$/gm)).toHaveLength(2);
        const mounts = proxy.requests.filter(({ path }) => path.includes('mount=sha256'));
        expect(mounts.length).toBeGreaterThanOrEqual(2);
        // The compressed layers have a megabyte; a manifest and heads do not.
        expect(proxy.bytesToRegistry).toBeLessThan(20_000);
      } finally {
        await proxy.stop();
      }
    });

    test('-a pushes every tag; what is not there cannot be pushed', async () => {
      const name = await bench.pull('one');
      for (const tag of ['a', 'b']) await must('tag', name, `${target.host}/all/one:${tag}`);
      const text = await must('push', '--all-tags', `${target.host}/all/one`);
      expect(text.match(/^[ab]: digest: sha256:/gm)).toHaveLength(2);
      const none = `${target.host}/all/none`;
      expect(await docker('push', `${none}:1`)).toMatchObject({
        exitCode: 1,
        stderr: expect.stringContaining(
          `An image does not exist locally with the tag: ${none}`,
        ) as unknown,
      });
      expect(await docker('push', `${target.host}/all/one:other`)).toMatchObject({
        exitCode: 1,
        stderr: expect.stringContaining(
          `tag does not exist: ${target.host}/all/one:other`,
        ) as unknown,
      });
    });

    test('an image that was loaded, whose layers are not compressed', async () => {
      const archive = join(bench.folder, 'loaded.tar');
      const source = `oci:${bench.layout}:one`;
      await skopeo('copy', '--insecure-policy', source, `docker-archive:${archive}:suite/loaded:1`);
      await must('load', '--quiet', '--input', archive);
      const pushed = `${target.host}/loaded/one:1`;
      await must('tag', 'suite/loaded:1', pushed);
      await must('push', '--quiet', pushed);
      const manifest = JSON.parse(
        await skopeo('inspect', '--raw', '--tls-verify=false', `docker://${pushed}`),
      ) as { layers: readonly { size: number; mediaType: string }[] };
      for (const { mediaType } of manifest.layers) expect(mediaType).toMatch(/gzip$/);
      expect(manifest.layers[0]?.size).toBeLessThan(1_500_000);
      const copied = `dir:${join(bench.folder, 'loaded')}`;
      await skopeo(
        'copy',
        '--insecure-policy',
        '--src-tls-verify=false',
        `docker://${pushed}`,
        copied,
      );
    });
  });

  describe('a registry with TLS and users', () => {
    let registry: RegistryProcess;
    beforeAll(async () => {
      const [certificate, key] = [join(bench.folder, 'cert.pem'), join(bench.folder, 'key.pem')];
      await runChecked([
        ...(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2'] as const),
        ...['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'],
        ...['-out', certificate, '-keyout', key],
      ]);
      const path = join(bench.folder, 'htpasswd');
      // bcrypt of "secret", with the lowest cost: made with crypt(3).
      await writeFile(path, 'ann:$2b$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a');
      const auth = { htpasswd: { realm: 'test', path } };
      registry = await startRegistryProcess({ auth, tls: { certificate, key } });
    });
    afterAll(() => registry.stop());

    test('login, push, pull, logout; without a login nothing', async () => {
      const name = await bench.pull('one');
      const pushed = `${registry.host}/private/one:1`;
      await must('tag', name, pushed);
      expect(await docker('push', pushed)).toMatchObject({
        exitCode: 1,
        stderr: expect.stringMatching(/no basic auth credentials|denied|unauthorized/) as unknown,
      });
      expect(
        await bench.feed('wrong', 'login', '-u', 'ann', '--password-stdin', registry.host),
      ).toMatchObject({
        exitCode: 1,
        stderr: expect.stringMatching(
          /login attempt to https:.* failed with status: 401 Unauthorized|unauthorized/,
        ) as unknown,
      });
      const login = await bench.feed(
        'secret',
        'login',
        '-u',
        'ann',
        '--password-stdin',
        registry.host,
      );
      expect(login).toMatchObject({
        exitCode: 0,
        stdout: expect.stringContaining('Login Succeeded') as unknown,
      });
      expect(await must('push', pushed)).toMatch(/^1: digest: sha256:/m);
      await must('rmi', '--force', pushed);
      await must('pull', '--quiet', pushed);
      expect(await must('logout', registry.host)).toBe(
        `Removing login credentials for ${registry.host}`,
      );
      await must('rmi', pushed);
      // dockerd tries plain HTTP, too, and may tell how that ended.
      expect(await docker('pull', pushed)).toMatchObject({
        exitCode: 1,
        stderr: expect.stringMatching(
          /no basic auth credentials|pull access denied|reset by peer/,
        ) as unknown,
      });
      const config = readFileSync(join(bench.folder, '../docker/config.json'), 'utf8');
      expect(config).not.toContain(registry.host);
    });
  });

  describe('docker manifest inspect', () => {
    test('shows an index, which the client gets by itself', async () => {
      const text = await must(
        'manifest',
        'inspect',
        '--insecure',
        `${bench.registry}/suite/many:1`,
      );
      expect(JSON.parse(text)).toMatchObject({
        manifests: [
          { platform: { architecture: 'amd64', os: 'linux' } },
          { platform: { architecture: 'arm64', os: 'linux' } },
        ],
      });
      const none = `${bench.registry}/suite/none:1`;
      expect(await docker('manifest', 'inspect', '--insecure', none)).toMatchObject({
        exitCode: 1,
        stderr: `no such manifest: ${none}\n`,
      });
    });
  });
}
