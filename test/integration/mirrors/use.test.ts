import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fakeRegistry, randomContent } from '../../support/mirrors/fake-registry.ts';
import { serve, type TestServer } from '../../support/mirrors/file-server.ts';
import { deadHost } from '../../support/mirrors/twenty-packages.ts';
import { makePrivateHost, type PrivateHost } from '../scripts/support/private-host.ts';

const config = '/etc/berth/daemon.json';
const backup = `${config}.berth-backup`;
const mine = `// the company's
{
    "proxies": {"no-proxy" : "a,b"}, // as it is
    "registry-mirrors": [
        "http://127.0.0.1:1" // slow on Mondays
    ]
}
`;
const content = randomContent(300_000);
let host: PrivateHost;
let before: readonly string[];
const servers: TestServer[] = [];
/** Many commands, each of them with a daemon to wait for, on a machine that may be busy. */
const slowMs = 180_000;

beforeEach(async () => {
  host = await makePrivateHost();
});
afterEach(async () => {
  if (existsSync(host.path('/var/lib/berth'))) await host.berth('down', '--purge', '--yes');
  await host.remove();
  for (const server of servers.splice(0)) await server.stop();
});

async function mirror(...args: Parameters<typeof fakeRegistry>): Promise<string> {
  const server = await fakeRegistry(...args);
  servers.push(server);
  return `http://${server.host}`;
}

async function started(text?: string): Promise<void> {
  if (text !== undefined) await write(config, text);
  before = await snapshot();
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(host.path('/etc/berth'), { recursive: true });
  await writeFile(host.path(path), text, { mode: 0o644 });
}

/** A catalogue of these mirrors of Docker Hub; what they are mirrors of does not answer. */
async function catalogue(mirrors: Readonly<Record<string, string>>): Promise<void> {
  const all = { upstream: `http://${await deadHost()}`, ...mirrors };
  const entries = Object.entries(all).map(
    ([name, url]) =>
      `  - { name: ${name}, kind: registry, scheme: http, host: '${new URL(url).host}', operator: t, region: X, paths: {}, state: { is: listed, date: '2026', source: test } }`,
  );
  await write(
    '/etc/berth/mirrors.yaml',
    `version: 1\ncollected: '2026-11'\nmirrors:\n${entries.join('\n')}\n`,
  );
}

const up = (...more: readonly string[]) =>
  host.berth('up', '--skip', 'sysctl.forward=not a test of it', '--no-smoke-test', ...more);
const snapshot = (): Promise<readonly string[]> => host.snapshot();
const read = (path: string): Promise<string> => readFile(host.path(path), 'utf8');
/** What the daemon that runs now asks. */
async function inUse(): Promise<readonly string[]> {
  const { stdout } = await host.berth('mirrors', 'status', '--json');
  const { Sources } = JSON.parse(stdout) as { Sources: { Source: string; Kind: string }[] };
  return Sources.filter(({ Kind }) => Kind === 'mirror').map(({ Source }) => Source);
}

describe('berth mirrors use', () => {
  test(
    'merges into daemon.json with its comments, keeps a copy, and the daemon takes it; down undoes it all',
    async () => {
      await started(mine);
      expect(await up()).toMatchObject({ exitCode: 0 });
      const merged = await read(config);
      const url = await mirror(content);
      const shown = await host.berth('mirrors', 'use', url, '--registry', '--dry-run');
      expect(shown.stdout).toContain(`+        "${url}"`);
      expect(await read(config)).toBe(merged);

      const used = await host.berth('mirrors', 'use', url, '--registry');
      expect(used).toMatchObject({ exitCode: 0, stderr: '' });
      const after = await read(config);
      expect(after).toBe(
        merged.replace('        "http://127', `        "${url}",\n        "http://127`),
      );
      expect(after).toContain('{"no-proxy" : "a,b"}, // as it is');
      expect(await read(backup)).toBe(merged);
      expect(await inUse()).toEqual([url, 'http://127.0.0.1:1']);

      expect(await host.berth('mirrors', 'use', 'upstream')).toMatchObject({ exitCode: 0 });
      expect(await inUse()).toEqual([]);
      expect(await host.berth('down', '--purge', '--yes')).toMatchObject({ exitCode: 0 });
      expect(await snapshot()).toEqual(before);
    },
    slowMs,
  );

  test(
    'a second one does not overwrite the copy, and once more the same changes nothing; neither does "up"',
    async () => {
      await started(mine);
      const url = await mirror(content);
      expect(await up('--mirror', url)).toMatchObject({ exitCode: 0 });
      expect(await read(backup)).toBe(mine);
      const other = await mirror(content);
      expect((await host.berth('mirrors', 'use', other)).exitCode).toBe(0);
      expect(await inUse()).toEqual([other, url, 'http://127.0.0.1:1']);
      expect(await read(backup)).toBe(mine);
      const again = await host.berth('mirrors', 'use', other, '--json');
      expect(JSON.parse(again.stdout)).toMatchObject({
        outcome: 'unchanged',
        registryMirrors: [other],
      });
      expect((await up()).stdout).toContain('Nothing to change');
    },
    slowMs,
  );

  test(
    'refuses a mirror that fails its test, and a host that is not set up',
    async () => {
      await started();
      const url = await mirror(content);
      const nothing = await host.berth('mirrors', 'use', url);
      expect(nothing.stderr).toMatch(
        /^berth: MIRROR_USE_REFUSED: there is no "\/etc\/berth\/daemon.json"/,
      );
      expect(await up()).toMatchObject({ exitCode: 0 });
      const before = await read(config);
      const page = await serve((_request, response) => {
        response.writeHead(200, { 'content-type': 'text/html' }).end('<html>log in</html>');
      });
      servers.push(page);
      const refused = await host.berth('mirrors', 'use', `http://${page.host}`, '--registry');
      expect(refused.stderr).toMatch(/MIRROR_UNUSABLE: .* sent a web page instead of the registry/);
      expect(refused.exitCode).toBe(1);
      expect(await read(config)).toBe(before);
      const forced = await host.berth('mirrors', 'use', `registry=http://${page.host}`, '--force');
      expect(forced).toMatchObject({ exitCode: 0 });
      expect(forced.stderr).toContain('warning: ');
      expect(await inUse()).toEqual([`http://${page.host}`]);
    },
    slowMs,
  );
});

describe('berth up --mirror', () => {
  test(
    'auto: the mirrors that work, by the catalogue of the host; down puts daemon.json back',
    async () => {
      const good = await mirror(content, { auth: 'token' });
      await catalogue({ dead: `http://${await deadHost()}`, good });
      await started(mine);
      const ended = await up('--mirror', 'auto');
      expect(ended).toMatchObject({ exitCode: 0 });
      expect(ended.stdout).toContain('mirror of Docker Hub: good');
      expect(await inUse()).toEqual([good, 'http://127.0.0.1:1']);
      expect(await read(backup)).toBe(mine);
      const ranked = await host.berth('mirrors', 'rank', '--registry', '--json');
      expect(JSON.parse(ranked.stdout)).toMatchObject({
        catalogue: { path: '/etc/berth/mirrors.yaml' },
        results: [{ name: 'good', verdict: { standing: 'good' } }, {}, {}],
      });
      // The first one that is there works: nothing changes from one run to the next.
      const second = await up('--mirror', 'auto');
      expect(second.stdout).toContain('Nothing to change');
      expect(await host.berth('down', '--purge', '--yes')).toMatchObject({ exitCode: 0 });
      expect(await snapshot()).toEqual(before);
    },
    slowMs,
  );

  test(
    'auto: goes on with Docker Hub itself when all are dead, and says so',
    async () => {
      await catalogue({ one: `http://${await deadHost()}`, two: `http://${await deadHost()}` });
      await started();
      const ended = await up('--mirror', 'auto');
      expect(ended).toMatchObject({ exitCode: 0 });
      expect(ended.stdout).toMatch(/warning: none of 2 mirrors of Docker Hub works from here/);
      expect(await read(config)).not.toContain('registry-mirrors');
    },
    slowMs,
  );

  test(
    'a name that fails its test is an error before anything is changed',
    async () => {
      await catalogue({ one: `http://${await deadHost()}` });
      await started();
      const ended = await up('--mirror', 'one');
      expect(ended.exitCode).toBe(1);
      expect(ended.stderr).toMatch(
        /MIRROR_UNUSABLE: the mirror "one" cannot be used: no connection/,
      );
      const unknown = await up('--mirror', 'oen');
      expect(unknown.stderr).toMatch(/MIRROR_UNKNOWN: "oen" .* did you mean "one"\?/);
      expect(await snapshot()).toEqual(before);
    },
    slowMs,
  );
});
