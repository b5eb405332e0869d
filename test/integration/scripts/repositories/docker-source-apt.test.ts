import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type {
  ClientSearch,
  ClientPlan,
} from '../../../../scripts/repositories/docker-cli/client-plan.ts';
import { pendingSteps, planFor } from '../../../../scripts/plan/plan.ts';
import { planClient } from '../../../../scripts/repositories/docker-cli/plan-client.ts';
import { dockerDebs, makeDebSuite, signAnew } from './support/deb-tree.ts';
import { serveFolder, type FileServer } from './support/file-server.ts';
import { makeGuest, type Guest } from './support/guest.ts';
import { applySteps, withSearch } from './support/on-guest.ts';
import { makeSigner, textAt, type Signer } from './support/signer.ts';

/** Package managers take their time, and machines that run tests are busy. */
vi.setConfig({ testTimeout: 240_000 });

const suite = { suite: 'bookworm', component: 'stable' };
let folder: string;
let root: string;
let docker: Signer;
let stranger: Signer;
let server: FileServer;
let guest: Guest;
let before: readonly string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-docker-ce-'));
  [docker, stranger] = [await makeSigner(), await makeSigner()];
  root = join(folder, 'linux/debian');
  const packages = dockerDebs(['28.5.2', '28.5.1']);
  await makeDebSuite({ ...suite, folder: root, packages, signer: docker });
});
afterAll(async () => {
  await docker.remove();
  await stranger.remove();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  server = await serveFolder(folder);
  guest = await makeGuest(['ID=debian', 'VERSION_ID="12"', 'VERSION_CODENAME=bookworm']);
  before = await guest.snapshot();
});
afterEach(async () => {
  await guest.remove();
  await server.close();
});

const plan = (
  wish: Partial<Pick<ClientSearch, 'mirror' | 'version' | 'keys'>> = {},
  source: 'docker-ce' | 'auto' = 'docker-ce',
): Promise<ClientPlan> =>
  withSearch(guest, { mirror: server.url, keys: [docker.fingerprint], ...wish }, (search) =>
    planClient(source, search),
  );

describe('a mirror that lies is found out before anything is changed', () => {
  test('its key is not the pinned one, whatever it has signed', async () => {
    const { inRelease, key } = await signAnew({ folder: root, ...suite }, stranger);
    server.faults.set('/linux/debian/gpg', { body: key });
    server.faults.set('/InRelease', { body: inRelease });
    await expect(plan()).rejects.toMatchObject({
      code: 'REPOSITORY_KEY_MISMATCH',
      message: expect.stringContaining(`"${stranger.fingerprint}"`) as unknown,
    });
    // Docker's own fingerprint is what is wanted when the user names none.
    await expect(
      withSearch(guest, { mirror: server.url }, (search) => planClient('auto', search)),
    ).rejects.toMatchObject({
      code: 'REPOSITORY_KEY_MISMATCH',
      message: expect.stringContaining('"9DC858229FC7DD38854AE2D88D81803C0EBFCD88"') as unknown,
    });
  });

  test('a second key is smuggled in beside the right one', async () => {
    const both = Buffer.concat([docker.publicKey, stranger.publicKey]);
    server.faults.set('/linux/debian/gpg', { body: both });
    await expect(plan()).rejects.toMatchObject({ code: 'REPOSITORY_KEY_MISMATCH' });
  });

  test.each([
    ['its index is signed by someone else', '/InRelease', 'foreign'],
    ['its index is an error page', '/InRelease', '<html>busy</html>'],
    ['its list of packages is another one', '/Packages.gz', 'Package: docker-ce-cli\n'],
  ])('%s', async (_name, path, body) => {
    const foreign = (await signAnew({ folder: root, ...suite }, stranger)).inRelease;
    server.faults.set(path, { body: body === 'foreign' ? foreign : body });
    await expect(plan()).rejects.toMatchObject({ code: 'REPOSITORY_UNTRUSTED' });
  });

  test.each([
    ['the index names a package that answers 404 (as at USTC and TUNA)', { status: 404 }],
    ['a package has zero bytes', { body: '' }],
  ])('%s', async (_name, fault) => {
    server.faults.set('docker-ce-cli_28.5.2-1~debian.12~bookworm_amd64.deb', fault);
    await expect(plan()).rejects.toMatchObject({ code: 'REPOSITORY_UNTRUSTED' });
    expect(await guest.snapshot()).toEqual(before);
    // Another version is not concerned.
    expect((await plan({ version: '28.5.1' })).steps.at(-1)).toMatchObject({ kind: 'package' });
  });

  test('nothing answers at all', async () => {
    await server.close();
    await expect(plan()).rejects.toMatchObject({
      code: 'REPOSITORY_UNAVAILABLE',
      message: expect.stringContaining('ECONNREFUSED') as unknown,
    });
    server = await serveFolder(folder);
  });
});

describe('a mirror that fails later', () => {
  test.each([
    ['a package is gone when it is fetched', 'amd64.deb', 'package'],
    ['the index is signed by someone else when apt reads it', '/InRelease', 'repository'],
  ])('%s: the error says so and everything is undone', async (_name, path, kind) => {
    const { steps } = await plan();
    const foreign = (await signAnew({ folder: root, ...suite }, stranger)).inRelease;
    server.faults.set(
      path,
      kind === 'package' ? { status: 404, method: 'GET' } : { body: foreign },
    );
    await expect(applySteps(guest, steps)).rejects.toMatchObject({
      code: 'COMMAND_FAILED',
      message: expect.stringMatching(/everything this run had done was undone/) as unknown,
    });
    expect(await guest.snapshot()).toEqual(before);
  });
});

describe('a docker-ce repository that the host has already', () => {
  const list = (url: string, more = ''): string =>
    `# mine\ndeb [arch=amd64${more}] ${url}/linux/debian bookworm stable\n`;

  test('is used as it is, whatever key it names, and none is written beside it', async () => {
    await guest.write('/etc/apt/keyrings/mine.asc', docker.publicKey.toString());
    await guest.write(
      '/etc/apt/sources.list.d/docker.list',
      list(server.url, ' signed-by=/etc/apt/keyrings/mine.asc'),
    );
    const { steps, notes } = await plan();
    expect(steps.map(({ kind }) => kind)).toEqual(['package']);
    expect(notes.join()).toContain('/etc/apt/sources.list.d/docker.list (line 2) says already');
    // And it is where to look when no mirror is named.
    const unnamed = await withSearch(guest, { keys: [docker.fingerprint] }, (search) =>
      planClient('auto', search),
    );
    expect(unnamed.notes.join()).toContain('5:28.5.2-1');
  });

  test('elsewhere, is left as it is when a mirror is asked for, and named', async () => {
    await guest.write('/etc/apt/sources.list.d/docker.list', list('https://download.docker.com'));
    const { steps, notes } = await plan();
    expect(steps.map(({ kind }) => kind)).toContain('repository');
    expect(notes.join()).toContain('names https://download.docker.com/linux/debian as well');
    expect(textAt(guest.path('/etc/apt/sources.list.d/docker.list'))).toBe(
      list('https://download.docker.com'),
    );
  });

  test('is no use without its stable packages: the error names the line', async () => {
    await guest.write(
      '/etc/apt/sources.list.d/docker.list',
      list(server.url).replace('stable', 'test'),
    );
    await expect(plan()).rejects.toMatchObject({
      code: 'REPOSITORY_CONFLICT',
      message: expect.stringContaining('docker.list" (line 2)') as unknown,
    });
  });

  test("by the name of berth's file, and something else: it is not overwritten", async () => {
    const foreign = 'Types: deb\nURIs: https://other.example/docker\nSuites: x\nComponents: y\n';
    await guest.write('/etc/apt/sources.list.d/docker-ce.sources', foreign);
    await expect(plan()).rejects.toMatchObject({ code: 'REPOSITORY_CONFLICT' });
    expect(textAt(guest.path('/etc/apt/sources.list.d/docker-ce.sources'))).toBe(foreign);
  });
});

test("a second plan finds berth's own repository and its packages, with nothing left to do", async () => {
  const run = await applySteps(guest, (await plan({ version: '^28' })).steps);
  const again = await plan({ version: '^28' });
  const wish = { request: { test: true }, steps: again.steps };
  expect(await pendingSteps(await planFor(wish, guest), guest)).toEqual([]);
  expect((await guest.run('apt-get', ['update'])).stderr).toBe('');
  expect(await run.undo()).toEqual([]);
  expect(await guest.snapshot()).toEqual(before);
});

test('the repository is found through a redirector, and by the URL of its own folder', async () => {
  const redirector = await serveFolder('/nowhere');
  redirector.faults.set('', { redirect: server.url });
  const found = await plan({ mirror: `${redirector.url}/docker-ce/` }).catch(
    (error: unknown) => error,
  );
  const bare = await plan({ mirror: `${redirector.url}/` });
  await redirector.close();
  // The folder that was named first is not there, its parent is.
  expect(found).toMatchObject({ code: 'REPOSITORY_UNAVAILABLE' });
  expect(bare.notes.join()).toContain('5:28.5.2-1');
});
