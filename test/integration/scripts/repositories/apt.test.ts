import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { dockerDebs, makeDebSuite } from './support/deb-tree.ts';
import { serveFolder, type FileServer } from './support/file-server.ts';
import { makeGuest, type Guest } from './support/guest.ts';
import { makeSigner, textAt, type Signer } from './support/signer.ts';

/** Package managers take their time, and machines that run tests are busy. */
vi.setConfig({ testTimeout: 240_000 });

const bookworm = [
  'ID=debian',
  'VERSION_ID="12"',
  'VERSION_CODENAME=bookworm',
  'PRETTY_NAME="Debian 12"',
];
const versions = ['28.5.2', '28.5.1', '27.5.1'];
const suite = { suite: 'bookworm', component: 'stable' };

let folder: string;
let docker: Signer;
let server: FileServer;
let guest: Guest;
let before: readonly string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-docker-ce-'));
  docker = await makeSigner();
  const root = join(folder, 'docker-ce/linux/debian');
  await makeDebSuite({ ...suite, folder: root, packages: dockerDebs(versions), signer: docker });
});
afterAll(async () => {
  await docker.remove();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  server = await serveFolder(folder);
  guest = await makeGuest(bookworm);
  before = await guest.snapshot();
});
afterEach(async () => {
  await guest.berth('down', '--purge', '--yes');
  await guest.remove();
  await server.close();
});

/** The machine's own IPv6 forwarding is not a test's to switch. */
const skips = ['--skip', 'sysctl.forward=not a test of it', '--no-smoke-test'];
const upWithClient = (...more: readonly string[]) =>
  guest.berth(
    'up',
    ...skips,
    '--with-docker-cli',
    'docker-ce',
    '--mirror',
    `packages=${server.url}`,
    ...keyOption(),
    ...more,
  );
const keyOption = (): readonly string[] => ['--docker-ce-key', docker.fingerprint];
const clientVersion = async (): Promise<string> =>
  (await guest.run('docker', ['--version'])).stdout;

describe('up --with-docker-cli on Debian', () => {
  test('installs client, Compose and Buildx from docker-ce and no engine; down takes all back', async () => {
    const up = await upWithClient();
    expect(up.stderr).toBe('');
    expect(up).toMatchObject({ exitCode: 0 });
    expect(up.stdout).toContain('docker client: docker-ce-cli 5:28.5.2-1~debian.12~bookworm');
    expect(up.stdout).toContain('docker context create berth');
    expect(await clientVersion()).toContain('28.5.2');
    const installed = (await guest.run('dpkg-query', ['-W', '-f', '${Package} '])).stdout.trim();
    expect(installed.split(' ').toSorted()).toEqual([
      'docker-buildx-plugin',
      'docker-ce-cli',
      'docker-compose-plugin',
    ]);
    expect(textAt(guest.path('/etc/apt/sources.list.d/docker-ce.sources'))).toContain(
      `URIs: ${server.url}/docker-ce/linux/debian\nSuites: bookworm\n`,
    );
    expect((await guest.berth('down', '--purge', '--yes')).exitCode).toBe(0);
    expect(await guest.snapshot()).toEqual(before);
    expect((await guest.run('dpkg-query', ['-W'])).stdout).toBe('');
    expect((await guest.run('apt-cache', ['policy', 'docker-ce-cli'])).stdout).toBe('');
  });

  test.each([
    ['5:28.5.1*', '28.5.1'],
    ['^27', '27.5.1'],
  ])('installs the newest version that fits %s and holds it', async (wanted, version) => {
    const up = await upWithClient('--docker-cli-version', wanted);
    expect(up).toMatchObject({ exitCode: 0 });
    expect(await clientVersion()).toContain(version);
    expect((await guest.run('apt-mark', ['showhold'])).stdout).toBe('docker-ce-cli\n');
  });

  test('says what there is when no version fits, and changes nothing', async () => {
    const up = await upWithClient('--docker-cli-version', '^30');
    expect(up).toMatchObject({ exitCode: 1 });
    expect(up.stderr).toMatch(/^berth: PACKAGE_VERSION_UNKNOWN: .*5:28\.5\.2-1.*5:27\.5\.1-1/);
    expect(await guest.snapshot()).toEqual(before);
  });
});
