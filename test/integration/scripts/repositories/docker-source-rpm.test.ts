import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type {
  ClientPlan,
  ClientSearch,
} from '../../../../scripts/repositories/docker-cli/client-plan.ts';
import { planClient } from '../../../../scripts/repositories/docker-cli/plan-client.ts';
import { planDistributionMirror } from '../../../../scripts/repositories/distribution-mirror/plan-switch.ts';
import { serveFolder, type FileServer } from './support/file-server.ts';
import { makeGuest, type Guest } from './support/guest.ts';
import { applySteps, withSearch } from './support/on-guest.ts';
import { dockerRpms, makeRpmRepository } from './support/rpm-tree.ts';
import { makeSigner, textAt, type Signer } from './support/signer.ts';

let folder: string;
let docker: Signer;
let stranger: Signer;
let server: FileServer;
let guest: Guest;
let before: readonly string[];

const path = '9/x86_64/stable';
/** dnf starts slowly, and each test starts it many times. */
vi.setConfig({ testTimeout: 240_000 });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-docker-ce-'));
  [docker, stranger] = [await makeSigner(), await makeSigner()];
  const packages = dockerRpms(['28.5.2', '28.5.10', '27.5.1']);
  const root = join(folder, 'docker-ce/linux/centos');
  await makeRpmRepository({ folder: root, path, packages, signer: docker });
  await makeRpmRepository({
    folder: join(folder, 'forged/docker-ce/linux/centos'),
    path,
    packages,
    signer: stranger,
  });
  await makeRpmRepository({
    folder: join(folder, 'rocky'),
    path: '9/BaseOS/x86_64/os',
    packages: [{ name: 'of-the-mirror', version: '1.0-1' }],
    signer: docker,
  });
});
afterAll(async () => {
  await docker.remove();
  await stranger.remove();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  server = await serveFolder(folder);
  guest = await makeGuest([
    'ID="rocky"',
    'ID_LIKE="rhel centos fedora"',
    'VERSION_ID="9.5"',
    'PRETTY_NAME="Rocky 9"',
  ]);
  await guest.write('/etc/dnf/vars/releasever', '9\n');
  before = await guest.snapshot();
});
afterEach(async () => {
  await guest.remove();
  await server.close();
});

const plan = (
  wish: Partial<Pick<ClientSearch, 'mirror' | 'version' | 'keys'>> = {},
): Promise<ClientPlan> =>
  withSearch(guest, { mirror: server.url, keys: [docker.fingerprint], ...wish }, (search) =>
    planClient('docker-ce', search),
  );
const clientVersion = async (): Promise<string> =>
  (await guest.run('docker', ['--version'])).stdout;

describe('docker-ce with dnf', () => {
  test('is added with its key; client and plugins come from it; all is undone', async () => {
    const { steps, notes } = await plan();
    expect(notes[0]).toContain('docker-ce-cli 1:28.5.10-1.el9');
    const run = await applySteps(guest, steps);
    expect(await clientVersion()).toContain('28.5.10');
    const installed = (await guest.run('rpm', ['-qa', '--qf', '%{NAME} '])).stdout;
    expect(
      installed
        .trim()
        .split(' ')
        .filter((name) => name !== 'gpg-pubkey')
        .toSorted(),
    ).toEqual(['docker-buildx-plugin', 'docker-ce-cli', 'docker-compose-plugin']);
    expect(await run.undo()).toEqual([]);
    expect(await guest.snapshot()).toEqual(before);
    expect((await guest.run('rpm', ['-qa'])).stdout).toBe('');
  });

  test('in the version that was asked for', async () => {
    const { steps, notes } = await plan({ version: '^27' });
    // Debian's dnf has no plugin for version locks: that is said, and is no reason to do without the client.
    expect(notes[1]).toContain('an upgrade of the system may change its version');
    const run = await applySteps(guest, steps);
    expect(await clientVersion()).toContain('27.5.1');
    expect(await run.undo()).toEqual([]);
  });

  test('is refused when its packages are signed by someone else, and everything is undone', async () => {
    const { steps } = await plan();
    // A stranger's index and packages take the place of what was looked at.
    const forged = await serveFolder(join(folder, 'forged'));
    server.faults.set('', { redirect: forged.url });
    await expect(applySteps(guest, steps)).rejects.toMatchObject({
      code: 'COMMAND_FAILED',
      message: expect.stringMatching(/everything this run had done was undone/) as unknown,
    });
    await forged.close();
    expect(await guest.snapshot()).toEqual(before);
    expect((await guest.run('rpm', ['-qa'])).stdout).toBe('');
  });
});

describe("Docker's own .repo file, which mirrors serve with upstream's URLs (docker-install PR#223)", () => {
  const upstream = ['stable', 'test']
    .map((channel) =>
      [
        `[docker-ce-${channel}]`,
        `name=Docker CE ${channel} - $basearch`,
        `baseurl=https://download.docker.com/linux/centos/$releasever/$basearch/${channel}`,
        `enabled=${channel === 'stable' ? 1 : 0}`,
        'gpgcheck=1',
        'gpgkey=https://download.docker.com/linux/centos/gpg',
        '',
      ].join('\n'),
    )
    .join('\n');
  const file = '/etc/yum.repos.d/docker-ce.repo';

  test('names the mirror in every URL when the mirror was asked for, and is as before when undone', async () => {
    await guest.write(file, upstream);
    before = await guest.snapshot();
    const { steps, notes } = await plan();
    expect(notes.join()).toContain(
      `${file} now names ${server.url}/docker-ce instead of https://download.docker.com`,
    );
    const run = await applySteps(guest, steps);
    const now = textAt(guest.path(file));
    expect(now).not.toContain('download.docker.com');
    expect(now).toContain(
      `baseurl=${server.url}/docker-ce/linux/centos/$releasever/$basearch/stable`,
    );
    expect(now).toContain(
      `baseurl=${server.url}/docker-ce/linux/centos/$releasever/$basearch/test`,
    );
    expect(await clientVersion()).toContain('28.5.10');
    expect(await run.undo()).toEqual([]);
    expect(await guest.snapshot()).toEqual(before);
  });

  test('stays as it is otherwise', async () => {
    const mine = upstream.replaceAll('https://download.docker.com', `${server.url}/docker-ce`);
    await guest.write(file, mine);
    const { steps } = await withSearch(guest, { keys: [docker.fingerprint] }, (search) =>
      planClient('auto', search),
    );
    expect(steps.map(({ kind }) => kind)).toEqual(['package']);
    expect(textAt(guest.path(file))).toBe(mine);
  });
});

test("the distribution's own repositories are read from a mirror with dnf, and go back", async () => {
  const text = [
    '[baseos]',
    'name=Rocky Linux $releasever - BaseOS',
    'mirrorlist=https://mirrors.rockylinux.org/mirrorlist?arch=$basearch&repo=BaseOS-$releasever',
    '#baseurl=http://dl.rockylinux.org/$contentdir/$releasever/BaseOS/$basearch/os/',
    'gpgcheck=0',
    '',
  ].join('\n');
  await guest.write('/etc/yum.repos.d/rocky.repo', text);
  before = await guest.snapshot();
  const { steps } = await withSearch(guest, {}, (search) =>
    planDistributionMirror({ ...search, url: server.url, knownHosts: [] }),
  );
  const run = await applySteps(guest, steps);
  const list = await guest.run('dnf', ['-q', '-C', 'list', '--available']);
  expect(list.stdout).toContain('of-the-mirror');
  await run.undo();
  expect(await guest.snapshot()).toEqual(before);
  server.faults.set('repomd.xml', { status: 404 });
  await expect(
    withSearch(guest, {}, (search) =>
      planDistributionMirror({ ...search, url: server.url, knownHosts: [] }),
    ),
  ).rejects.toMatchObject({ code: 'DISTRIBUTION_MIRROR_UNFIT' });
});

test('docker-ce with zypper: the packages for CentOS stand in on openSUSE, which is said', async () => {
  await guest.remove();
  guest = await makeGuest([
    'ID="opensuse-leap"',
    'ID_LIKE="suse opensuse"',
    'VERSION_ID="15.6"',
    'PRETTY_NAME="Leap"',
  ]);
  await guest.run('mkdir', ['-p', '/etc/zypp/repos.d', '/var/lib/zypp']);
  // zypper fails when nothing at all is left.
  const base = `${server.url}/rocky/9/BaseOS/x86_64/os/Packages/of-the-mirror-1.0-1.x86_64.rpm`;
  expect((await guest.run('rpm', ['--force-debian', '-i', base])).exitCode).toBe(0);
  // What zypper itself leaves when it takes a lock away again.
  await guest.write('/etc/zypp/locks', '');
  before = await guest.snapshot();
  const { steps, notes } = await plan({ version: '28.5.2' });
  expect(notes.join()).toContain(
    'no docker-ce packages for "Leap" itself: those for "centos 9" are used',
  );
  const run = await applySteps(guest, steps);
  expect(await clientVersion()).toContain('28.5.2');
  expect(await run.undo()).toEqual([]);
  expect(await guest.snapshot()).toEqual(before);
});
