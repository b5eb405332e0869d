import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { apt } from '../../../../scripts/packages/apt/apt.ts';
import { packageManagerOf } from '../../../../scripts/packages/index.ts';
import type { PackageRepository } from '../../../../scripts/repositories/package-repository.ts';
import { bindStep } from '../../../../scripts/steps/index.ts';
import { undoAll } from '../support/sample-plan.ts';
import { makeDebRepository } from './support/deb-repository.ts';
import { makePrivateMachine, type PrivateMachine } from './support/private-machine.ts';
import { makeSigningKey, type SigningKey } from './support/signing-key.ts';

let machine: PrivateMachine;
let key: SigningKey;
let repository: PackageRepository;
const repositoryPath = '/srv/berth-test-repository';

beforeAll(async () => {
  machine = await makePrivateMachine('debian');
  key = makeSigningKey('rsa2048');
  repository = {
    id: 'docker-ce',
    title: 'Test',
    baseUrl: `file://${repositoryPath}`,
    suite: 'stable',
    components: ['main'],
    architectures: ['amd64'],
    keyUrl: 'https://keys.invalid/gpg',
    keyFingerprints: [key.fingerprint],
  };
  await machine.fill(repositoryPath, (folder) =>
    makeDebRepository(folder, {
      key,
      packages: [
        { name: 'berth-probe', version: '5:28.5.1-1~debian', fields: ['Depends: berth-dep'] },
        { name: 'berth-probe', version: '5:28.5.2-1~debian', fields: ['Depends: berth-dep'] },
        { name: 'berth-probe', version: '5:9.0-1~debian', fields: ['Depends: berth-dep'] },
        { name: 'berth-dep', version: '1' },
        { name: 'berth-later', version: '1', fields: ['Depends: berth-dep'] },
        { name: 'berth-rival', version: '1', fields: ['Conflicts: berth-dep'] },
        {
          name: 'berth-killed',
          version: '1',
          fields: ['Depends: berth-dep'],
          preinst: '#!/bin/sh\n[ -e /run/spared ] || kill -KILL $PPID\n',
        },
        {
          name: 'berth-broken',
          version: '1',
          preinst: '#!/bin/sh\necho "nothing goes here" >&2\nexit 1\n',
        },
      ],
    }),
  );
  await machine.must(
    'sh',
    '-c',
    'rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/* /var/lib/apt/lists/*',
  );
  for (const file of apt.repositories.files({
    repository,
    key: key.export('binary'),
    texts: new Map(),
  })) {
    await machine.write(file.path, file.content);
  }
});
afterAll(async () => {
  await machine.remove();
  key.remove();
});

const names = async (): Promise<string> =>
  machine.must('dpkg-query', '-W', '-f', '${Package} ${Version} ${db:Status-Status}\\n');

describe('apt', () => {
  test('is the package manager of Debian, whatever else is installed there', async () => {
    expect((await packageManagerOf(machine, ['x'])).name).toBe('apt-get');
  });

  test('takes packages from the repository that berth has written, and lists versions newest first', async () => {
    await apt.refresh(machine);
    expect(await apt.versions(machine, 'berth-probe')).toEqual([
      '5:28.5.2-1~debian',
      '5:28.5.1-1~debian',
      '5:9.0-1~debian',
    ]);
    expect(await apt.versions(machine, 'berth-no-such')).toEqual([]);
  });

  test('a step installs an exact version, holds it, and goes back to the byte', async () => {
    const before = await names();
    const step = bindStep({
      kind: 'package',
      names: ['berth-probe'],
      versions: { 'berth-probe': '5:28.5.1-1~debian' },
      hold: true,
    });
    expect(await step.isDone(machine)).toBe(false);
    const captured: unknown = JSON.parse(JSON.stringify(await step.capture(machine)));
    expect(captured).toEqual({
      added: ['berth-dep', 'berth-probe'],
      changed: [],
      held: ['berth-probe'],
    });
    await step.apply(machine);
    expect(await step.isDone(machine)).toBe(true);
    expect(await apt.installedVersion(machine, 'berth-probe')).toBe('5:28.5.1-1~debian');
    // What holding is for.
    await machine.must('apt-get', '-y', 'upgrade');
    expect(await apt.installedVersion(machine, 'berth-probe')).toBe('5:28.5.1-1~debian');
    expect(await step.undo({ captured, host: machine, options: undoAll })).toEqual({
      kind: 'undone',
    });
    expect(await names()).toBe(before);
    expect(await machine.must('apt-mark', 'showhold')).toBe('');
  });

  test('a step that changes a version brings the earlier one back', async () => {
    await apt.install(machine, [{ name: 'berth-probe', version: '5:28.5.2-1~debian' }]);
    const step = bindStep({
      kind: 'package',
      names: ['berth-probe'],
      versions: { 'berth-probe': '5:9.0-1~debian' },
    });
    const captured = await step.capture(machine);
    expect(captured).toMatchObject({
      added: [],
      changed: [{ name: 'berth-probe', from: '5:28.5.2-1~debian' }],
    });
    await step.apply(machine);
    expect(await apt.installedVersion(machine, 'berth-probe')).toBe('5:9.0-1~debian');
    await step.undo({ captured, host: machine, options: undoAll });
    expect(await apt.installedVersion(machine, 'berth-probe')).toBe('5:28.5.2-1~debian');
  });

  test('removes nothing that others need, and names them', async () => {
    await apt.install(machine, [{ name: 'berth-later' }]);
    expect(await apt.remove(machine, ['berth-probe', 'berth-dep'])).toEqual({
      kind: 'needed',
      by: ['berth-later'],
    });
    expect(await apt.missing(machine, [{ name: 'berth-probe' }])).toEqual([]);
  });

  test('refuses what would remove a package that is there', async () => {
    const refused = expect.objectContaining({
      code: 'PACKAGE_CONFLICT',
      details: {
        wanted: ['berth-rival'],
        removed: expect.arrayContaining(['berth-dep']) as unknown,
      },
    }) as Error;
    await expect(apt.additions(machine, [{ name: 'berth-rival' }])).rejects.toEqual(refused);
    await expect(apt.install(machine, [{ name: 'berth-rival' }])).rejects.toMatchObject({
      code: 'COMMAND_FAILED',
    });
    expect(await apt.missing(machine, [{ name: 'berth-dep' }])).toEqual([]);
  });

  test('removes exactly what it is told', async () => {
    expect(await apt.remove(machine, ['berth-later', 'berth-probe', 'berth-dep'])).toEqual({
      kind: 'removed',
    });
    expect(await apt.traces(machine, ['berth-later', 'berth-probe', 'berth-dep'])).toEqual([]);
  });

  test('what dpkg complains of is told, not only that it did', async () => {
    await expect(apt.install(machine, [{ name: 'berth-broken' }])).rejects.toMatchObject({
      code: 'COMMAND_FAILED',
      message: expect.stringMatching(/nothing goes here[\s\S]*dpkg: error processing/) as unknown,
    });
    expect(await apt.traces(machine, ['berth-broken'])).toEqual([]);
  });

  describe('a dpkg that was killed', () => {
    const killed = ['berth-dep', 'berth-killed'];
    const state = (): Promise<string> =>
      machine.must('dpkg-query', '-W', '-f', '${db:Status-Abbrev}\\n', 'berth-killed');

    beforeEach(async () => {
      await rm(machine.path('/run/spared'), { force: true });
      await expect(apt.install(machine, [{ name: 'berth-killed' }])).rejects.toMatchObject({
        code: 'COMMAND_FAILED',
      });
      // The premise: apt-get itself does nothing any more.
      expect(await state()).toMatch(/^.HR/);
      const { exitCode } = await machine.run('apt-get', ['-y', 'purge', 'berth-killed']);
      expect(exitCode).toBe(100);
    });

    test('is brought to its end when the same is installed again', async () => {
      await machine.write('/run/spared', '');
      await apt.install(machine, [{ name: 'berth-killed' }]);
      expect(await state()).toMatch(/^ii /);
      await apt.remove(machine, killed);
    });

    test('leaves nothing when that is taken back', async () => {
      expect(await apt.remove(machine, killed)).toEqual({ kind: 'removed' });
      expect(await apt.traces(machine, killed)).toEqual([]);
      expect(await machine.must('dpkg', '--audit')).toBe('');
    });
  });

  test('a version that no repository has is an error, and nothing is installed', async () => {
    const before = await names();
    await expect(
      apt.additions(machine, [{ name: 'berth-probe', version: '1:1' }]),
    ).rejects.toMatchObject({ code: 'COMMAND_FAILED' });
    expect(await names()).toBe(before);
  });
});

describe('a repository that is there already', () => {
  const other = '/etc/apt/sources.list.d/docker.list';

  test('is noticed in a one-line file, where apt itself only gives up', async () => {
    await machine.write('/etc/apt/keyrings/docker.asc', key.export('armoured'));
    const line = `deb [arch=amd64 signed-by=/etc/apt/keyrings/docker.asc] file:${repositoryPath}/ stable main`;
    await machine.write(other, `# old\n${line}\n`);
    // The premise: with both, apt refuses every repository.
    const { exitCode, stderr } = await machine.run('apt-get', ['update']);
    expect([exitCode, stderr]).toEqual([100, expect.stringContaining('Signed-By') as unknown]);
    expect(await apt.repositories.conflicts(machine, repository, key.export('binary'))).toEqual([
      { path: other, line: 2, kind: 'same', seen: line },
    ]);
    await rm(machine.path(other));
  });

  test('is not confused with another suite or one that is switched off', async () => {
    const stanza = (suite: string, more: string): string =>
      `Types: deb\nURIs:\n ${repository.baseUrl}\nSuites: ${suite}\nComponents: main\n${more}\n`;
    const path = '/etc/apt/sources.list.d/docker.sources';
    await machine.write(
      path,
      `${stanza('oldstable', '')}\n${stanza('stable', 'Enabled: no')}\n${stanza('stable', '')}`,
    );
    const found = await apt.repositories.conflicts(machine, repository, key.export('binary'));
    expect(found).toMatchObject([{ path, line: 15, kind: 'same' }]);
    await rm(machine.path(path));
  });

  test('a different key in the same place is noticed, the same one in another form is not', async () => {
    const conflicts = async (): Promise<unknown> =>
      apt.repositories.conflicts(machine, repository, key.export('binary'));
    expect(await conflicts()).toEqual([]);
    const stranger = makeSigningKey('ed25519', 'Stranger');
    const path = '/etc/apt/keyrings/docker-ce.asc';
    const own = key.export('armoured');
    await machine.write(path, stranger.export('armoured'));
    expect(await conflicts()).toEqual([{ path, line: 0, kind: 'key', seen: stranger.fingerprint }]);
    // And with it apt takes nothing from the repository.
    await machine.must('sh', '-c', 'rm -rf /var/lib/apt/lists/*');
    await apt.refresh(machine).catch(() => undefined);
    expect(await apt.versions(machine, 'berth-probe')).toEqual([]);
    await machine.write(path, own);
    stranger.remove();
  });
});

test('the folder of the private machine goes without a trace', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'berth-trace-'));
  const other = await makePrivateMachine('debian');
  await other.write('/etc/berth-only-here', '');
  await expect(machine.must('test', '-e', '/etc/berth-only-here')).rejects.toThrow();
  await other.remove();
  await rm(folder, { recursive: true });
});
