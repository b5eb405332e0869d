import { generateKeyPairSync, createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hostAt, type ProvisionHost } from '../../../../scripts/host/provision-host.ts';
import { apk } from '../../../../scripts/packages/apk/apk.ts';
import type { PackageRepository } from '../../../../scripts/repositories/package-repository.ts';

/*
 * Debian 12 has no apk. The answers below were recorded from apk-tools 3.0.6, built from its sources, with a repository
 * of three packages.
 */
const database = `C:Q1CaTxVp+tQC0dTntAVZ/TTqhXzNs=
P:berth-dep
V:1-r0
A:noarch

C:Q1qREedPPKA/qTHY4Qikke1IIQQ2w=
P:berth-probe
V:1.0-r0
A:noarch
D:berth-dep
F:usr
`;
const answers: Readonly<Record<string, string>> = {
  'add --simulate':
    '(1/2) Installing berth-dep (1-r0)\n(2/2) Installing berth-probe (1.0-r0)\nOK: 3 B in 2 packages\n',
  'add --simulate berth-probe=1.1-r0':
    '(1/1) Upgrading berth-probe (1.0-r0 -> 1.1-r0)\nOK: 3 B in 2 packages\n',
  'del --simulate berth-dep':
    'World updated, but the following packages are not removed due to:\n  berth-dep: berth-probe\n\nOK: 3 B in 2 packages\n',
  'del --simulate berth-probe':
    '(1/2) Purging berth-probe (1.0-r0)\n(2/2) Purging berth-dep (1-r0)\nOK: 0 B in 0 packages\n',
  policy:
    'berth-probe policy:\n  1.0-r0:\n    lib/apk/db/installed\n    file:///srv/Packages.adb\n  1.1-r0:\n    file:///srv/Packages.adb\n  0.9-r0:\n    lib/apk/db/installed\n',
};

let host: ProvisionHost;
let argvs: string[];
let answer: string;

beforeEach(async () => {
  argvs = [];
  const root = await mkdtemp(join(tmpdir(), 'berth-apk-'));
  await mkdir(join(root, 'lib/apk/db'), { recursive: true });
  await mkdir(join(root, 'etc/apk/keys'), { recursive: true });
  await writeFile(join(root, 'lib/apk/db/installed'), database);
  await writeFile(join(root, 'etc/apk/world'), 'alpine-base\nberth-probe=1.0-r0\nfoo>1\n');
  host = hostAt(root, {
    run: (command, args) => {
      argvs.push([command, ...args].join(' '));
      return Promise.resolve({ exitCode: 0, stdout: answers[answer] ?? '', stderr: '' });
    },
  });
});
afterEach(() => rm(host.root, { recursive: true }));

describe('apk', () => {
  test('knows what is installed from its database', async () => {
    expect(await apk.installedVersion(host, 'berth-probe')).toBe('1.0-r0');
    const specs = [
      { name: 'berth-dep' },
      { name: 'berth-probe', version: '1.1-r0' },
      { name: 'x' },
    ];
    expect(await apk.missing(host, specs)).toEqual(specs.slice(1));
    expect(await apk.held(host, ['berth-probe', 'alpine-base', 'foo'])).toEqual(['berth-probe']);
  });

  test('says what an installation would add or change', async () => {
    answer = 'add --simulate';
    expect(await apk.additions(host, [{ name: 'berth-probe' }])).toEqual({
      added: ['berth-dep', 'berth-probe'],
      changed: [],
    });
    answer = 'add --simulate berth-probe=1.1-r0';
    expect(await apk.additions(host, [{ name: 'berth-probe', version: '1.1-r0' }])).toEqual({
      added: [],
      changed: [{ name: 'berth-probe', from: '1.0-r0' }],
    });
    expect(argvs.at(-1)).toBe('apk --simulate add berth-probe=1.1-r0');
  });

  test('removes nothing that others need, nor anything besides', async () => {
    answer = 'del --simulate berth-dep';
    expect(await apk.remove(host, ['berth-dep'])).toEqual({ kind: 'needed', by: ['berth-probe'] });
    answer = 'del --simulate berth-probe';
    expect(await apk.remove(host, ['berth-probe'])).toEqual({ kind: 'needed', by: ['berth-dep'] });
    expect(argvs.filter((argv) => !argv.includes('--simulate'))).toEqual([]);
    expect(await apk.remove(host, ['berth-probe', 'berth-dep'])).toEqual({ kind: 'removed' });
    expect(argvs.at(-1)).toBe('apk --wait 5 --no-progress del --purge berth-probe berth-dep');
  });

  test('lists versions that a repository has, newest first', async () => {
    answer = 'policy';
    expect(await apk.versions(host, 'berth-probe')).toEqual(['1.1-r0', '1.0-r0']);
  });
});

describe('a repository of apk', () => {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = Buffer.from(pair.publicKey.export({ type: 'spki', format: 'pem' }));
  const der = pair.publicKey.export({ type: 'spki', format: 'der' });
  const repository: PackageRepository = {
    id: 'docker-ce',
    title: 'Test',
    baseUrl: 'https://mirror.invalid/alpine/v3.22/docker',
    architectures: ['x86_64'],
    keyUrl: 'https://mirror.invalid/keys/test-6165ee59.rsa.pub',
    keyFingerprints: [createHash('sha256').update(der).digest('hex')],
  };
  const list = '/etc/apk/repositories';

  test('is a line more in the file that all share, once', () => {
    const texts = new Map([[list, 'https://dl-cdn.alpinelinux.org/alpine/v3.22/main']]);
    const [keyFile, listFile] = apk.repositories.files({ repository, key, texts });
    expect(keyFile?.path).toBe('/etc/apk/keys/test-6165ee59.rsa.pub');
    expect(listFile?.content).toBe(
      `https://dl-cdn.alpinelinux.org/alpine/v3.22/main\n${repository.baseUrl}\n`,
    );
    const again = new Map([[list, listFile?.content ?? '']]);
    expect(apk.repositories.files({ repository, key, texts: again })[1]).toEqual(listFile);
  });

  test('is noticed when it is there, and so is another key in its place', async () => {
    await writeFile(host.path(list), `# mine\nhttp://mirror.invalid/alpine/v3.22/docker/\n`);
    await writeFile(host.path('/etc/apk/keys/test-6165ee59.rsa.pub'), 'another\n');
    expect(await apk.repositories.conflicts(host, repository, key)).toMatchObject([
      { path: list, line: 2, kind: 'same' },
      { kind: 'key', seen: 'another' },
    ]);
  });

  test('has to be signed by the pinned key, which is no OpenPGP key', () => {
    const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey;
    const other = Buffer.from(stranger.export({ type: 'spki', format: 'pem' }));
    const files = (data: Buffer) => () => {
      apk.repositories.files({ repository, key: data, texts: new Map() });
    };
    expect(files(other)).toThrow(
      expect.objectContaining({ code: 'REPOSITORY_KEY_MISMATCH' }) as Error,
    );
    expect(files(Buffer.from('-----BEGIN PGP PUBLIC KEY BLOCK-----'))).toThrow(
      expect.objectContaining({ code: 'REPOSITORY_UNSUPPORTED' }) as Error,
    );
  });
});
