import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { hostAt } from '../../../../scripts/host/provision-host.ts';
import { learnHostSecrets } from '../../../../scripts/report/redaction/credential-files.ts';
import { environmentFile } from '../../../../templates/environment-file.ts';
import { Redactor } from '../../../../scripts/report/redaction/redactor.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'berth-credentials-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function learned(
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): Promise<Redactor> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  const redactor = new Redactor();
  await learnHostSecrets(redactor, { host: hostAt(root), env });
  return redactor;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const keyLine = `c4nary${'A1b2'.repeat(14)}`;

test.each([
  ['root/.docker/config.json', JSON.stringify({ auths: { r: { auth: base64('bob:c4nary-1') } } })],
  ['home/bob/.docker/config.json', JSON.stringify({ auths: { r: { identitytoken: 'c4nary-1' } } })],
  [
    'run/containers/0/auth.json',
    JSON.stringify({ auths: { r: { auth: base64('bob:c4nary-1') } } }),
  ],
  ['root/.netrc', 'machine git.example\n  login bob\n  password c4nary-1\n'],
  ['root/.git-credentials', 'https://bob:c4nary-1@git.example\n'],
  ['root/.aws/credentials', '[default]\naws_secret_access_key = c4nary-1\n'],
  ['root/.npmrc', '//npm.example/:_authToken=c4nary-1\n'],
  ['root/.pgpass', 'db:5432:app:bob:c4nary-1\n'],
  ['etc/apt/auth.conf.d/own.conf', 'machine deb.example login bob password c4nary-1\n'],
  [
    'etc/apt/apt.conf.d/95proxy',
    'Acquire::http::Proxy "http://bob:c4nary-1@proxy.example:3128/";\n',
  ],
  ['etc/yum.conf', 'proxy_username=bob\nproxy_password=c4nary-1\n'],
  [
    'etc/docker/daemon.json',
    '{"proxies":{"https-proxy":"http://bob:c4nary-1@proxy.example:3128"}}',
  ],
  ['etc/environment', 'HTTPS_PROXY=http://bob:c4nary-1@proxy.example:3128\n'],
  ['run/secrets/anything', 'c4nary-1\n'],
])('what %s holds is known', async (path, content) => {
  const redactor = await learned({ [path]: content });
  expect(redactor.text('ordinary c4nary-1 text')).toBe('ordinary [redacted:known-secret] text');
  expect(redactor.text(base64('ab c4nary-1 cd'))).not.toContain('YzRuYXJ5');
});

test('a password that ends no URL is known from the environment of the daemon, as it was before its escapes', async () => {
  const file = environmentFile(['HTTPS_PROXY=http://alice:c4#n/a?r"$ y@127.0.0.1:3128']);
  const redactor = await learned({ 'etc/berth/environment': file });
  expect(redactor.text('x c4#n/a?r"$ y z')).toBe('x [redacted:known-secret] z');
});

test('private keys of OpenSSH are known by their lines', async () => {
  const key = `-----BEGIN OPENSSH PRIVATE KEY-----\n${keyLine}\n-----END OPENSSH PRIVATE KEY-----\n`;
  const redactor = await learned({
    'root/.ssh/id_ed25519': key,
    'root/.ssh/id_ed25519.pub': 'ssh-ed25519 AAAA',
  });
  expect(redactor.text(`a line: ${keyLine}`)).toBe('a line: [redacted:known-secret]');
});

test('secrets in the environment of the report itself are known', async () => {
  const redactor = await learned({}, { MY_TOKEN: 'c4nary-1', PATH: '/usr/bin' });
  expect(redactor.text('c4nary-1 /usr/bin')).toBe('[redacted:known-secret] /usr/bin');
});

test('folders, endless files and what is missing are passed over', async () => {
  await mkdir(join(root, 'etc/environment'), { recursive: true });
  const redactor = await learned({ 'root/.netrc': 'x'.repeat(3_000_000) });
  expect(redactor.counts).toEqual({});
});
