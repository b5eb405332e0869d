import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packageManagerOf } from '../../../../scripts/packages/index.ts';
import { pacman } from '../../../../scripts/packages/pacman/pacman.ts';
import type { PackageRepository } from '../../../../scripts/repositories/package-repository.ts';
import { bindStep } from '../../../../scripts/steps/index.ts';
import { undoAll } from '../support/sample-plan.ts';
import { makePacmanRepository } from './support/pacman-repository.ts';
import { makePrivateMachine, type PrivateMachine } from './support/private-machine.ts';
import { makeSigningKey, type SigningKey } from './support/signing-key.ts';

const served = '/srv/berth-test-repository';
const configuration = '/etc/pacman.conf';
// The packages are not signed, which the product's own drop-in would refuse: see the last test.
const settings = `[options]\nArchitecture = auto\nSigLevel = Never\n[berth-test]\nServer = file://${served}\n`;

let machine: PrivateMachine;
let key: SigningKey;
let repository: PackageRepository;

beforeAll(async () => {
  machine = await makePrivateMachine('arch');
  key = makeSigningKey('rsa2048');
  repository = {
    id: 'docker-ce',
    title: 'Test',
    baseUrl: `file://${served}`,
    architectures: ['x86_64'],
    keyUrl: 'https://keys.invalid/gpg',
    keyFingerprints: [key.fingerprint],
  };
  await machine.fill(served, (folder) =>
    makePacmanRepository(folder, {
      id: 'berth-test',
      packages: [
        { name: 'berth-dep', version: '1-1' },
        { name: 'berth-probe', version: '1:28.5.2-1', lines: ['depend = berth-dep'] },
        { name: 'berth-later', version: '1-1', lines: ['depend = berth-dep'] },
        { name: 'berth-rival', version: '1-1', lines: ['conflict = berth-dep'] },
      ],
    }),
  );
  await machine.write(configuration, settings);
});
afterAll(async () => {
  await machine.remove();
  key.remove();
});

test('is found by the distribution', async () => {
  expect((await packageManagerOf(machine, ['x'])).name).toBe('pacman');
});

test('a step installs, with an index that it fetches itself, and goes back', async () => {
  const versions = { 'berth-probe': '1:28.5.2-1' };
  const step = bindStep({ kind: 'package', names: ['berth-probe'], versions, hold: true });
  const captured: unknown = JSON.parse(JSON.stringify(await step.capture(machine)));
  expect(captured).toEqual({
    added: ['berth-dep', 'berth-probe'],
    changed: [],
    held: ['berth-probe'],
  });
  await step.apply(machine);
  expect(await step.isDone(machine)).toBe(true);
  expect(await machine.must('pacman-conf', 'IgnorePkg')).toBe('berth-probe\n');
  expect(await pacman.versions(machine, 'berth-probe')).toEqual(['1:28.5.2-1']);
  await step.undo({ captured, host: machine, options: undoAll });
  expect((await machine.run('pacman', ['-Q'])).stdout).toBe('');
  expect(await readFile(machine.path(configuration), 'utf8')).toBe(settings);
});

test('removes nothing that others need, and names them', async () => {
  await pacman.install(machine, [{ name: 'berth-probe' }, { name: 'berth-later' }]);
  expect(await pacman.remove(machine, ['berth-probe', 'berth-dep'])).toEqual({
    kind: 'needed',
    by: ['berth-later'],
  });
  expect(await pacman.missing(machine, [{ name: 'berth-probe' }])).toEqual([]);
  expect(await pacman.installedVersion(machine, 'berth-probe')).toBe('1:28.5.2-1');
});

test('does not replace a package that is there by one that conflicts with it', async () => {
  await expect(pacman.install(machine, [{ name: 'berth-rival' }])).rejects.toMatchObject({
    code: 'COMMAND_FAILED',
  });
  expect(await pacman.missing(machine, [{ name: 'berth-dep' }])).toEqual([]);
});

test('removes exactly what it is told', async () => {
  expect(await pacman.remove(machine, ['berth-probe', 'berth-later'])).toEqual({ kind: 'removed' });
  expect(await machine.must('pacman', '-Q')).toBe('berth-dep 1-1\n');
});

test('a package that no repository has is an error', async () => {
  await expect(pacman.additions(machine, [{ name: 'berth-no-such' }])).rejects.toMatchObject({
    code: 'COMMAND_FAILED',
  });
});

test('a repository is a file that pacman reads, included once, and is noticed when it is there', async () => {
  const texts = new Map([[configuration, settings]]);
  const data = key.export('binary');
  const files = pacman.repositories.files({ repository, key: data, texts });
  const again = new Map(files.map(({ path, content }) => [path, content]));
  expect(pacman.repositories.files({ repository, key: data, texts: again })).toEqual(files);
  for (const { path, content } of files) await machine.write(path, content);
  expect(await machine.must('pacman-conf', '--repo-list')).toBe('berth-test\ndocker-ce\n');
  expect(await machine.must('pacman-conf', '--repo', 'docker-ce', 'SigLevel')).toContain(
    'PackageRequired',
  );
  expect(await pacman.repositories.conflicts(machine, repository, data)).toEqual([
    { path: configuration, line: 5, kind: 'same', seen: `Server = file://${served}` },
  ]);
});
