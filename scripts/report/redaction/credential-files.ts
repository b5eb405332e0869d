import { join } from 'node:path';
import { hasErrno, listFolder, orIfMissing, readFile, stat } from '../../../runtime/host/files.ts';
import type { ProvisionHost } from '../../host/provision-host.ts';
import type { Redactor } from './redactor.ts';

/** Larger is no file of credentials. */
const mostBytes = 1_048_576;

/** Where programs keep credentials below a home folder. */
const inHome = [
  '.aws/credentials',
  '.cargo/credentials.toml',
  '.config/containers/auth.json',
  '.config/gh/hosts.yml',
  '.docker/config.json',
  '.git-credentials',
  '.kube/config',
  '.my.cnf',
  '.netrc',
  '.npmrc',
  '.pgpass',
  '.pypirc',
  '.vault-token',
  '.wgetrc',
];

/** The same for the host as a whole. */
const onHost = [
  '/etc/apt/apt.conf',
  '/etc/apt/auth.conf',
  '/etc/berth/daemon.json',
  '/etc/berth/environment',
  '/etc/containers/auth.json',
  '/etc/default/docker',
  '/etc/dnf/dnf.conf',
  '/etc/docker/daemon.json',
  '/etc/environment',
  '/etc/rancher/k3s/k3s.yaml',
  '/etc/rancher/k3s/registries.yaml',
  '/etc/sysconfig/docker',
  '/etc/wgetrc',
  '/etc/yum.conf',
  '/run/containers/0/auth.json',
];

/** Folders whose files are all read. */
const folders = [
  '/etc/apt/apt.conf.d',
  '/etc/apt/auth.conf.d',
  '/etc/systemd/system/berth.service.d',
  '/etc/systemd/system/docker.service.d',
  '/etc/yum.repos.d',
];

/** Files that are nothing but a secret. */
const wholeFiles = ['/var/lib/rancher/k3s/server/token', '/etc/machine-secret', '/run/berth/token'];
/** The same, in folders. */
const wholeFolders = ['/run/secrets', '/etc/credstore', '/run/credentials'];

/**
 * Reads the credentials that programs keep on this host and those in this process's environment, so that they are taken
 * out of a report wherever they turn up. What cannot be read is left: the report cannot read it either.
 */
export async function learnHostSecrets(
  redactor: Redactor,
  from: {
    readonly host: ProvisionHost;
    readonly env: Readonly<Record<string, string | undefined>>;
  },
): Promise<void> {
  const { host, env } = from;
  redactor.learnFrom(
    Object.entries(env)
      .map(([name, value]) => `${name}=${value ?? ''}`)
      .join('\n'),
  );
  const homes = await homeFolders(host, env);
  const named = [
    ...onHost,
    ...homes.flatMap((home) => inHome.map((file) => join(home, file))),
    ...[env['DOCKER_CONFIG']].flatMap((at) => (at === undefined ? [] : [join(at, 'config.json')])),
    ...(await filesIn(host, folders)),
  ];
  for (const path of named) learnText(redactor, (await readSmall(host.path(path))) ?? '');
  for (const path of [...wholeFiles, ...(await filesIn(host, wholeFolders))]) {
    const text = await readSmall(host.path(path));
    if (text !== undefined) redactor.learn([text, ...text.split(/[\s:]+/)]);
  }
  for (const path of await keyFiles(host, homes)) {
    redactor.learn(bodyOfKey((await readSmall(host.path(path))) ?? ''));
  }
}

/** A file of credentials by its fields where it is JSON, and by rules in any case. */
function learnText(redactor: Redactor, text: string): void {
  if (text === '') return;
  redactor.learnFrom(text);
  // ~/.pgpass: host:port:database:user:password; a token alone on its line.
  for (const line of text.split('\n').slice(0, 200)) {
    const fields = line.split(':');
    if (fields.length === 5) redactor.learn(fields.slice(4));
    if (/^[\w.-]{20,}$/.test(line)) redactor.learn([line]);
  }
}

async function homeFolders(
  host: ProvisionHost,
  env: Readonly<Record<string, string | undefined>>,
): Promise<readonly string[]> {
  const users = await listFolder(host.path('/home')).catch(() => []);
  const named = [env['HOME'], '/root', ...users.map((user) => join('/home', user))];
  return [...new Set(named.filter((home) => home?.startsWith('/') === true))].filter(
    (home) => home !== undefined,
  );
}

async function filesIn(host: ProvisionHost, these: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(
    these.map(async (folder) => {
      const names = await listFolder(host.path(folder)).catch(() => []);
      return names.slice(0, 200).map((name) => join(folder, name));
    }),
  );
  return found.flat();
}

/** Private keys of OpenSSH: those of the host, and those of its users. */
async function keyFiles(host: ProvisionHost, homes: readonly string[]): Promise<readonly string[]> {
  const users = await filesIn(
    host,
    homes.map((home) => join(home, '.ssh')),
  );
  const own = await filesIn(host, ['/etc/ssh']);
  return [...users, ...own.filter((path) => path.endsWith('_key'))].filter(
    (path) => !/\.pub$|known_hosts|authorized_keys|\/config$/.test(path),
  );
}

/** Lines of a private key, except for the first, which is the same for all keys of a kind. */
function bodyOfKey(text: string): readonly string[] {
  if (!text.includes('PRIVATE KEY-----')) return [];
  return text.split('\n').filter((line) => /^[A-Za-z0-9+/=]{40,}$/.test(line));
}

/** A small regular file's text; anything else is not looked at, least of all a pipe that never ends. */
async function readSmall(path: string): Promise<string | undefined> {
  try {
    const info = await orIfMissing(stat(path), undefined);
    if (info?.isFile() !== true || info.size > mostBytes) return undefined;
    return await readFile(path, 'utf8');
  } catch (error) {
    if (hasErrno(error, 'EACCES', 'EPERM', 'ENOENT', 'EIO', 'ELOOP', 'ESTALE')) return undefined;
    throw error;
  }
}
