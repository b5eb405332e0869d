import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { places } from '../../../scripts/host/places.ts';
import { withKeptProxies } from '../../../scripts/program/kept-proxies.ts';
import { environmentFile } from '../../../templates/environment-file.ts';
import { makeTempHost } from './support/temp-host.ts';

const proxies = { HTTPS_PROXY: 'http://u:p$%"@proxy.example:3128', no_proxy: 'localhost' };
const variables = [
  'PATH=/bin',
  ...Object.entries(proxies).map(([name, value]) => `${name}=${value}`),
  'BERTH_DEFINITION=1',
];
let host: Awaited<ReturnType<typeof makeTempHost>>;

beforeEach(async () => {
  host = await makeTempHost();
});
afterEach(() => host.remove());

async function put(path: string, content: string): Promise<void> {
  await mkdir(dirname(host.path(path)), { recursive: true });
  await writeFile(host.path(path), content);
}

test.each([
  ['a service manager', places.daemonEnvironment, environmentFile(variables)],
  ['the supervisor', places.supervisedService, JSON.stringify({ environment: variables })],
])('the proxies of a daemon under %s stay where the environment names none', async (...args) => {
  const [, path, content] = args;
  await put(path, content);
  expect(await withKeptProxies({ PATH: '/usr/bin' }, host)).toEqual(proxies);
});

test.each([
  ['another proxy', { HTTPS_PROXY: 'http://other.example:1' }],
  ['another proxy, in small letters', { https_proxy: 'http://other.example:1' }],
  ['that there is to be none', { HTTPS_PROXY: '' }],
])('what the environment says holds: %s; of the rest what is there stays', async (_what, said) => {
  await put(places.daemonEnvironment, environmentFile(variables));
  const env = { PATH: '/usr/bin', ...said };
  expect(await withKeptProxies(env, host)).toEqual({ no_proxy: 'localhost', ...said });
});

test('NO_PROXY alone takes no proxy away', async () => {
  await put(places.daemonEnvironment, environmentFile(variables));
  const said = { NO_PROXY: 'registry.example', HTTP_PROXY: undefined };
  expect(await withKeptProxies(said, host)).toEqual({
    HTTPS_PROXY: proxies.HTTPS_PROXY,
    NO_PROXY: 'registry.example',
  });
});

test('there are none to keep on a bare host, nor in a file that is damaged', async () => {
  expect(await withKeptProxies({}, host)).toEqual({});
  await put(places.supervisedService, '{"environment": 1}');
  expect(await withKeptProxies({}, host)).toEqual({});
});
