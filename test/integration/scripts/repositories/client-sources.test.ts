import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { clientSources } from '../../../../scripts/repositories/docker-cli/client-plan.ts';
import { planClient } from '../../../../scripts/repositories/docker-cli/plan-client.ts';
import { clientProgram, dockerDebs, makeDebSuite, type SmallPackage } from './support/deb-tree.ts';
import { serveFolder, type FileServer } from './support/file-server.ts';
import { makeGuest, type Guest } from './support/guest.ts';
import { applySteps, withSearch } from './support/on-guest.ts';
import { makeSigner, type Signer } from './support/signer.ts';

/** Package managers take their time, and machines that run tests are busy. */
vi.setConfig({ testTimeout: 240_000 });

let folder: string;
let signer: Signer;
let server: FileServer;
let guest: Guest;

const client = (name: string, version: string, ...more: readonly string[]): SmallPackage => ({
  name,
  version,
  more,
  programs: { '/usr/bin/docker': clientProgram(version) },
});

/** What distributions have, as far as it differs. */
const distributions = {
  // Debian 13: the client by itself.
  trixie: [
    client('docker-cli', '26.1.5+dfsg1-9'),
    { name: 'docker-compose', version: '2.26.1-4' },
    { name: 'docker-buildx', version: '0.13.1+ds1-3' },
  ],
  // Debian 12: only with the engine, and Compose of the old kind.
  bookworm: [
    client('docker.io', '20.10.24+dfsg1-1'),
    { name: 'docker-compose', version: '1.29.2-3' },
  ],
  // One that drags the engine along.
  trap: [client('docker-cli', '1.0', 'Depends: docker.io'), { name: 'docker.io', version: '1.0' }],
} as const;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-clients-'));
  signer = await makeSigner();
  const component = 'main';
  for (const [suite, packages] of Object.entries(distributions)) {
    await makeDebSuite({ folder: join(folder, 'debian'), suite, component, packages, signer });
  }
  await makeDebSuite({
    folder: join(folder, 'linux/debian'),
    suite: 'bookworm',
    component: 'stable',
    packages: dockerDebs(['28.5.2', '28.5.10', '28.5.1']),
    signer,
  });
});
afterAll(async () => {
  await signer.remove();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  server = await serveFolder(folder);
});
afterEach(async () => {
  await guest.remove();
  await server.close();
});

async function onDebian(suite: keyof typeof distributions): Promise<void> {
  guest = await makeGuest(['ID=debian', 'VERSION_CODENAME=bookworm', 'PRETTY_NAME="Debian X"']);
  await guest.write('/etc/apt/trusted.gpg.d/debian.asc', signer.publicKey.toString());
  await guest.write(
    '/etc/apt/sources.list',
    `deb [arch=amd64] ${server.url}/debian ${suite} main\n`,
  );
}

const plan = (source: (typeof clientSources)[number], mirror?: string) =>
  withSearch(
    guest,
    { keys: [signer.fingerprint], ...(mirror === undefined ? {} : { mirror }) },
    (search) => planClient(source, search),
  );
const docker = async (): Promise<string> => (await guest.run('docker', ['--version'])).stdout;

describe("the distribution's own packages", () => {
  test('are installed where they have the client alone, with Compose and Buildx', async () => {
    await onDebian('trixie');
    const { steps, notes } = await plan('distribution');
    expect(steps).toEqual([
      { kind: 'package', names: ['docker-cli', 'docker-compose', 'docker-buildx'] },
    ]);
    expect(notes[0]).toContain('docker-cli 26.1.5');
    const run = await applySteps(guest, steps);
    expect(await docker()).toContain('26.1.5');
    expect(await run.undo()).toEqual([]);
    expect((await guest.run('dpkg-query', ['-W'])).stdout).toBe('');
  });

  test('are refused where the client comes with the engine only (docker.io)', async () => {
    await onDebian('bookworm');
    await expect(plan('distribution')).rejects.toMatchObject({
      code: 'DOCKER_CLI_UNAVAILABLE',
      message: expect.stringContaining('"Debian X"') as unknown,
    });
  });

  test('are refused when they would bring the engine along', async () => {
    await onDebian('trap');
    await expect(plan('distribution')).rejects.toMatchObject({
      code: 'DOCKER_CLI_UNAVAILABLE',
      message: expect.stringContaining('"docker.io"') as unknown,
    });
    expect((await guest.run('dpkg-query', ['-W'])).stdout).toBe('');
  });

  test('stand in for docker-ce with auto, when Docker has nothing for the host', async () => {
    await onDebian('trixie');
    const nowhere = `${server.url}/nowhere`;
    expect((await plan('auto', nowhere)).steps).toMatchObject([
      { names: ['docker-cli', 'docker-compose', 'docker-buildx'] },
    ]);
    await guest.remove();
    await onDebian('bookworm');
    await expect(plan('auto', nowhere)).rejects.toMatchObject({
      code: 'DOCKER_CLI_UNAVAILABLE',
      message: expect.stringMatching(
        /\/nowhere\/linux\/debian bookworm.*; "Debian X" has no package/,
      ) as unknown,
    });
  });
});

describe('a client that the host has already', () => {
  const put = async (name: string, program: string): Promise<void> => {
    await guest.write('/usr/bin/docker', program);
    await guest.run('chmod', ['755', '/usr/bin/docker']);
    if (name === 'docker') return;
    await guest.write(
      '/var/lib/dpkg/status',
      `Package: ${name}\nStatus: install ok installed\nVersion: 20.10.24\nArchitecture: amd64\nMaintainer: x <x@example.org>\nDescription: x\n\n`,
    );
  };

  test.each(['docker.io', 'docker'])(
    'of "%s" is used with auto, and never replaced',
    async (name) => {
      await onDebian('bookworm');
      await put(name, clientProgram('20.10.24'));
      const { steps, notes } = await plan('auto', server.url);
      expect(steps).toEqual([]);
      expect(notes[0]).toContain(`"${name}" 20.10.24 is here already`);
      await expect(plan('docker-ce', server.url)).rejects.toMatchObject({
        code: 'DOCKER_CLI_CONFLICT',
        message: expect.stringContaining(`"${name}"`) as unknown,
      });
    },
  );

  test('of podman-docker is none', async () => {
    await onDebian('bookworm');
    await put('podman-docker', clientProgram('podman'));
    await expect(plan('auto', server.url)).rejects.toMatchObject({ code: 'DOCKER_CLI_CONFLICT' });
  });
});

describe('berth versions', () => {
  const versions = (...more: readonly string[]) =>
    guest.berth('versions', '--mirror', server.url, '--docker-ce-key', signer.fingerprint, ...more);

  test('lists what the repository has, newest first, with the installed one marked', async () => {
    await onDebian('bookworm');
    const before = await guest.snapshot();
    const first = await versions('--docker-cli', '--json');
    expect(JSON.parse(first.stdout)).toEqual({
      dockerCli: {
        repository: `${server.url}/linux/debian`,
        versions: ['28.5.10', '28.5.2', '28.5.1'].map((each) => `5:${each}-1~debian.12~bookworm`),
      },
    });
    expect(await guest.snapshot()).toEqual(before);

    await applySteps(guest, (await plan('docker-ce', server.url)).steps);
    const { stdout } = await versions();
    expect(stdout).toMatch(/^berth \d+\.\d+/);
    expect(stdout).toMatch(
      /^\* 5:28\.5\.10-1~debian\.12~bookworm {2}\(installed\)\n {2}5:28\.5\.2-/m,
    );
    const chinese = await guest.berth(
      'versions',
      '--lang',
      'zh',
      '--docker-ce-key',
      signer.fingerprint,
    );
    expect(chinese.stdout).toMatch(/[\u4e00-\u9fff]/);
  });

  test('tells its own version also when no repository answers, but not when that was the question', async () => {
    await onDebian('bookworm');
    await guest.write(
      '/etc/apt/sources.list',
      `deb http://127.0.0.1:9/linux/debian bookworm stable\n`,
    );
    const all = await guest.berth('versions');
    expect(all).toMatchObject({ exitCode: 0, stderr: '' });
    expect(all.stdout).toMatch(/^berth \d[\s\S]*docker-ce-cli: .*ECONNREFUSED/);
    const asked = await guest.berth('versions', '--docker-cli');
    expect(asked).toMatchObject({ exitCode: 1, stdout: '' });
    expect(asked.stderr).toMatch(/^berth: REPOSITORY_UNAVAILABLE/);
    const bad = await guest.berth('versions', '--docker-ce-key', '0EBFCD88');
    expect(bad.stderr).toMatch(/^berth: USAGE: "0EBFCD88" is not the fingerprint/);
  });
});
