import { mkdtempSync, readFileSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../../runtime/host/clock.ts';
import { packageProbe } from '../../../scripts/mirrors/packages/probe-packages.ts';
import { race } from '../../../scripts/mirrors/race.ts';
import type { Verdict } from '../../../scripts/mirrors/verdict.ts';
import { serveFolder } from '../../support/mirrors/file-server.ts';
import { makeRpmRepository } from '../../support/mirrors/rpm-repository.ts';
import { SigningKey } from '../../support/mirrors/signing-key.ts';
import { removeTree } from '../../support/remove-tree.ts';

let base: string;
let key: SigningKey;
let stranger: SigningKey;
let made = 0;

beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), 'berth-rpm-mirrors-'));
  key = new SigningKey();
  stranger = new SigningKey('stranger@example.com');
});
afterAll(() => {
  key.remove();
  stranger.remove();
  removeTree(base);
});

/** What is found of a repository whose packages a key has signed, after a change. */
async function verdictOf(
  packageKey: SigningKey | undefined,
  change: (repository: string) => void = () => undefined,
): Promise<Verdict | undefined> {
  made += 1;
  const folder = join(base, String(made));
  change(makeRpmRepository({ folder, packageKey, publicKey: key.publicKey() }));
  const server = await serveFolder(folder);
  const url = `http://${server.host}`;
  const repository = {
    id: 'docker-ce',
    title: 'test',
    baseUrl: `${url}/linux/centos/9/$basearch/stable`,
    architectures: ['x86_64'],
    keyUrl: `${url}/linux/centos/gpg`,
    keyFingerprints: [key.fingerprint],
  } as const;
  try {
    const probe = packageProbe({ repositories: [repository], clock: systemClock });
    const candidates = [{ name: 'x', kind: 'packages', url, role: 'mirror', probe } as const];
    const signal = new AbortController().signal;
    const limits = { deadlineMs: 4000, until: 'all' } as const;
    const [ranked] = await race(candidates, { clock: systemClock, signal, ...limits });
    return ranked?.verdict;
  } finally {
    await server.stop();
  }
}

const repomd = (repository: string): string => join(repository, 'repodata/repomd.xml');
const packageOf = (repository: string): string =>
  join(repository, 'Packages', readdirSync(join(repository, 'Packages'))[0] ?? '');

test('a repository whose index is not signed is proved by the signature of its package', async () => {
  expect(await verdictOf(key)).toMatchObject({
    standing: 'good',
    proved: ['key', 'index', 'package-list', 'package'],
    madeAtMs: expect.any(Number) as unknown,
  });
  expect(await verdictOf(stranger)).toMatchObject({
    standing: 'wrong',
    reason: { is: 'bad-signature' },
    proved: ['key', 'index', 'package-list'],
  });
  expect(await verdictOf(undefined)).toMatchObject({
    standing: 'wrong',
    reason: { is: 'unsigned' },
  });
});

test('a signature of the index counts when it is there', async () => {
  const signed = await verdictOf(stranger, (repository) => {
    writeFileSync(`${repomd(repository)}.asc`, key.detached(readFileSync(repomd(repository))));
  });
  // Its digest leads from the signed index to the package, whoever signed that.
  expect(signed).toMatchObject({ standing: 'good' });
  const forged = await verdictOf(key, (repository) => {
    writeFileSync(`${repomd(repository)}.asc`, stranger.detached(readFileSync(repomd(repository))));
  });
  expect(forged).toMatchObject({ standing: 'wrong', reason: { is: 'bad-signature' }, proved: [] });
});

test('an RPM of no bytes, and a list that is not the one of the index', async () => {
  const empty = await verdictOf(key, (repository) => {
    truncateSync(packageOf(repository), 0);
  });
  expect(empty).toMatchObject({ standing: 'partial', reason: { is: 'size', actual: 0 } });
  const half = await verdictOf(key, (repository) => {
    const list = readdirSync(join(repository, 'repodata')).find((name) =>
      name.includes('primary.xml'),
    );
    writeFileSync(join(repository, 'repodata', list ?? ''), 'another');
  });
  expect(half).toMatchObject({
    standing: 'wrong',
    reason: { is: 'damaged', part: 'package-list' },
  });
});
