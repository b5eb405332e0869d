import { createHash } from 'node:crypto';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { helloWorldImage } from '../../../runtime/image/hello-world.ts';
import { currentArchitecture } from '../../../runtime/syscall/architecture.ts';
import { helloElf } from '../../../runtime/syscall/hello-elf.ts';
import { TestDaemon } from '../api/test-daemon.ts';
import { temporaryFolder } from '../layer/support.ts';
import { push, startRegistry } from '../registry/support.ts';
import { berth } from './cli-process.ts';
import { writeSuiteImages } from './suite-images.ts';

const skopeo = async (...args: readonly string[]): Promise<string> =>
  (await promisify(execFile)('skopeo', args)).stdout;

const made: { daemon?: TestDaemon } = {};
beforeAll(async () => {
  made.daemon = await TestDaemon.start();
});
afterAll(() => made.daemon?.destroy());

// By routes and fields that dockerd 20.10 does not have.
test('manifest inspect: what the registry has, as skopeo sees it, and nothing is pulled', async () => {
  const name = `${await startRegistry()}/hello:1`;
  const program = helloElf(currentArchitecture(), 'hello\n');
  await push(await helloWorldImage({ architecture: 'amd64', program }), name);
  const raw = await skopeo('inspect', '--raw', '--tls-verify=false', `docker://${name}`);

  const socket = made.daemon?.socket ?? '';
  const plain = await berth(socket, ['manifest', 'inspect', name]);
  expect(plain).toMatchObject({ exitCode: 0, stderr: '' });
  expect(JSON.parse(plain.stdout)).toEqual(JSON.parse(raw));
  const verbose = await berth(socket, ['manifest', 'inspect', '-v', name]);
  expect(JSON.parse(verbose.stdout)).toMatchObject({
    Ref: name,
    Descriptor: {
      digest: `sha256:${createHash('sha256').update(raw).digest('hex')}`,
      size: Buffer.byteLength(raw),
    },
  });
  expect((await berth(socket, ['images', '-q', name])).stdout).toBe('');

  const missing = await berth(socket, ['manifest', 'inspect', `${name}x`]);
  expect(missing).toMatchObject({ exitCode: 1, stdout: '' });
  expect(missing.stderr).toMatch(/^berth: [A-Z_]+: .*hello/);
});

test('manifest inspect -v: each manifest of an index', async () => {
  const layout = await writeSuiteImages(await temporaryFolder());
  const name = `${await startRegistry()}/many:1`;
  const options = ['--insecure-policy', '--dest-tls-verify=false', '--all', '--quiet'];
  await skopeo('copy', ...options, `oci:${layout}:many`, `docker://${name}`);
  const socket = made.daemon?.socket ?? '';
  const verbose = await berth(socket, ['manifest', 'inspect', '--verbose', name]);
  const platform = (architecture: string): object => ({
    Descriptor: { platform: { os: 'linux', architecture } },
    OCIManifest: { schemaVersion: 2 },
  });
  expect(JSON.parse(verbose.stdout)).toMatchObject([platform('amd64'), platform('arm64')]);

  expect((await berth(socket, ['images', '-q', name])).stdout).toBe('');
});

test('images --tree: the platform of an image, and what it takes', async () => {
  const folder = await temporaryFolder();
  const archive = join(folder, 'one.tar');
  const name = 'berth-test/one:1';
  const [source, target] = [await writeSuiteImages(folder), `oci-archive:${archive}:${name}`];
  await skopeo('copy', '--insecure-policy', '--quiet', `oci:${source}:one`, target);
  const socket = made.daemon?.socket ?? '';
  expect(await berth(socket, ['load', '-i', archive])).toMatchObject({ exitCode: 0 });
  const { stdout } = await berth(socket, ['images', '--tree', name]);
  expect(stdout.replaceAll(/ +/g, ' ').split('\n').slice(1)).toEqual([
    expect.stringMatching(`^${name} [0-9a-f]{12} [\\d.]+[kM]?B [\\d.]+[kM]?B$`),
    expect.stringMatching(/^└─ linux\/\w+ [0-9a-f]{12} [\d.]+[kM]?B [\d.]+[kM]?B$/),
    '',
  ]);
  expect((await berth(socket, ['rmi', name])).exitCode).toBe(0);
});
