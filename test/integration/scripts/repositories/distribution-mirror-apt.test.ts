import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { planDistributionMirror } from '../../../../scripts/repositories/distribution-mirror/plan-switch.ts';
import { makeDebSuite, signAnew } from './support/deb-tree.ts';
import { serveFolder, type FileServer } from './support/file-server.ts';
import { makeGuest, type Guest } from './support/guest.ts';
import { applySteps, withSearch } from './support/on-guest.ts';
import { makeSigner, textAt, type Signer } from './support/signer.ts';

/** Package managers take their time, and machines that run tests are busy. */
vi.setConfig({ testTimeout: 240_000 });

let folder: string;
let debian: Signer;
let stranger: Signer;
let server: FileServer;
let guest: Guest;
let before: readonly string[];

const list = [
  '# as installed',
  'deb http://deb.debian.org/debian bookworm main',
  'deb  http://deb.debian.org/debian bookworm-updates main # updates',
  'deb [arch=amd64] https://third.example/stable/debian bookworm main',
  '',
].join('\n');
const security = [
  'Types: deb',
  'URIs: http://security.debian.org/debian-security/',
  'Suites: bookworm-security',
  'Components: main',
  'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg',
  '',
].join('\n');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-debian-'));
  [debian, stranger] = [await makeSigner(), await makeSigner()];
  const packages = [{ name: 'of-the-mirror', version: '1.0' }];
  const common = { component: 'main', packages, signer: debian };
  for (const suite of ['bookworm', 'bookworm-updates']) {
    await makeDebSuite({ ...common, folder: join(folder, 'debian'), suite });
  }
  const securityFolder = join(folder, 'debian-security');
  await makeDebSuite({ ...common, folder: securityFolder, suite: 'bookworm-security' });
});
afterAll(async () => {
  await debian.remove();
  await stranger.remove();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  server = await serveFolder(folder);
  guest = await makeGuest([
    'ID=debian',
    'VERSION_ID="12"',
    'VERSION_CODENAME=bookworm',
    'PRETTY_NAME=Debian',
  ]);
  await guest.write('/etc/apt/sources.list', list);
  await guest.write('/etc/apt/sources.list.d/security.sources', security);
  await guest.write('/usr/share/keyrings/debian-archive-keyring.gpg', '');
  await guest.write('/etc/apt/trusted.gpg.d/debian.asc', debian.publicKey.toString());
  const key = await guest.run('gpg', [
    '--homedir',
    debian.home,
    '-o',
    guestKey(),
    '--yes',
    '--export',
  ]);
  expect(key.exitCode).toBe(0);
  before = await guest.snapshot();
});
afterEach(async () => {
  await guest.remove();
  await server.close();
});

const guestKey = (): string => '/usr/share/keyrings/debian-archive-keyring.gpg';
const plan = (url = server.url) =>
  withSearch(guest, {}, (search) => planDistributionMirror({ ...search, url, knownHosts: [] }));

test('apt reads every suite of the distribution from the mirror; undone, all is as before', async () => {
  // The third party is not to be reached, and apt goes on without it.
  const { steps, notes } = await plan();
  expect(notes.join()).toContain(`packages of Debian now come from ${server.url}`);
  const run = await applySteps(guest, steps);
  expect(textAt(guest.path('/etc/apt/sources.list'))).toBe(
    list.replaceAll('http://deb.debian.org', server.url),
  );
  expect(textAt(guest.path('/etc/apt/sources.list.d/security.sources'))).toContain(
    `URIs: ${server.url}/debian-security\n`,
  );
  const policy = (await guest.run('apt-cache', ['policy', 'of-the-mirror'])).stdout;
  for (const suite of ['bookworm', 'bookworm-updates', 'bookworm-security']) {
    expect(policy).toContain(`${suite}/main amd64 Packages`);
  }
  expect((await plan()).steps).toEqual([]);
  expect(await run.undo()).toEqual([]);
  expect(await guest.snapshot()).toEqual(before);
});

test.each([
  ['a suite is not there', '/debian-security/dists/bookworm-security/InRelease', 404],
  ['an index is an error page', '/bookworm-updates/InRelease', 'busy'],
  ['an index is signed by a stranger', '/debian/dists/bookworm/InRelease', 'stranger'],
])('a mirror is refused when %s', async (_name, path, what) => {
  const root = join(folder, 'debian');
  const foreign = (await signAnew({ folder: root, suite: 'bookworm' }, stranger)).inRelease;
  server.faults.set(
    path,
    typeof what === 'number' ? { status: what } : { body: what === 'stranger' ? foreign : what },
  );
  await expect(plan()).rejects.toMatchObject({
    code: 'DISTRIBUTION_MIRROR_UNFIT',
    message: expect.stringContaining(path) as unknown,
  });
  expect(await guest.snapshot()).toEqual(before);
});

test('a host without entries of its distribution is left alone', async () => {
  await guest.write('/etc/apt/sources.list', 'deb http://private.example/debian bookworm main\n');
  await guest.write('/etc/apt/sources.list.d/security.sources', '');
  await expect(plan()).rejects.toMatchObject({ code: 'DISTRIBUTION_MIRROR_UNFIT' });
});

test('up takes the mirror by its URL, and names those of the catalogue for any other word', async () => {
  const options = ['--skip', 'sysctl.forward=not a test of it', '--distribution-mirror'];
  const dry = await guest.berth('up', '--dry-run', ...options, `${server.url}/debian/`);
  expect(dry).toMatchObject({ exitCode: 0 });
  expect(dry.stdout).toContain(`+deb ${server.url}/debian bookworm main`);
  expect(await guest.snapshot()).toEqual(before);
  const unknown = await guest.berth('up', '--dry-run', ...options, 'nowhere');
  expect(unknown.stderr).toMatch(/^berth: USAGE: "nowhere" is neither .*aliyun/);
});
