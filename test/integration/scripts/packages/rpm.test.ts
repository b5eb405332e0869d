import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageManagerOf } from '../../../../scripts/packages/index.ts';
import { dnf } from '../../../../scripts/packages/rpm/dnf.ts';
import { zypper } from '../../../../scripts/packages/rpm/zypper.ts';
import type { PackageRepository } from '../../../../scripts/repositories/package-repository.ts';
import { bindStep } from '../../../../scripts/steps/index.ts';
import { undoAll } from '../support/sample-plan.ts';
import { makePrivateMachine, type PrivateMachine } from './support/private-machine.ts';
import { makeRpmRepository } from './support/rpm-repository.ts';
import { makeSigningKey, type SigningKey } from './support/signing-key.ts';

// Longer than its column, so that dnf breaks the rows of its tables.
const probe = 'berth-probe-whose-name-is-much-longer-than-the-column-that-dnf-has-for-names';

const served = '/srv/berth-test-repository';

describe.each([
  { manager: dnf, distribution: 'fedora', otherFile: '/etc/yum.repos.d/other.repo' },
  { manager: zypper, distribution: 'opensuse-leap', otherFile: '/etc/zypp/repos.d/other.repo' },
])('$manager.name', ({ manager, distribution, otherFile }) => {
  let machine: PrivateMachine;
  let key: SigningKey;
  let repository: PackageRepository;

  beforeAll(async () => {
    machine = await makePrivateMachine(distribution);
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
      makeRpmRepository(folder, {
        key,
        packages: [
          ...['28.5.1', '28.5.2', '9.0'].map((version) => ({
            ...{ name: probe, version, epoch: 1 },
            lines: ['Requires: berth-dep'],
          })),
          { name: 'berth-dep', version: '1' },
          { name: 'berth-later', version: '1', lines: ['Requires: berth-dep'] },
          { name: 'berth-base', version: '1' },
          { name: 'berth-lone', version: '1' },
          { name: 'berth-rival', version: '1', lines: ['Obsoletes: berth-lone'] },
        ],
      }),
    );
    // Debian keeps rpm's database elsewhere, and forbids to use it.
    await machine.write('/etc/rpm/macros', '%_dbpath /var/lib/rpm\n');
    await machine.must(
      'sh',
      '-c',
      'rm -rf /etc/yum.repos.d/* /etc/zypp/repos.d/* /var/lib/rpm/* /var/lib/dnf/*',
    );
    // zypper fails when nothing at all is left.
    await machine.must('rpm', '--force-debian', '-i', `${served}/Packages/berth-base-1.rpm`);
    const texts = new Map<string, string>();
    for (const file of manager.repositories.files({
      repository,
      key: key.export('binary'),
      texts,
    })) {
      await machine.write(file.path, file.content);
    }
  });
  afterAll(async () => {
    await machine.remove();
    key.remove();
  });

  const installed = (): Promise<string> => machine.must('sh', '-c', 'rpm -qa | sort');

  test('is found by the distribution', async () => {
    expect((await packageManagerOf(machine, ['x'])).name).toBe(manager.name);
  });

  test('takes the key of the repository into the database of keys, and out again', async () => {
    const data = key.export('armoured');
    expect(await manager.repositories.trusted(machine, data)).toEqual([]);
    const path = '/etc/pki/rpm-gpg/RPM-GPG-KEY-docker-ce';
    await manager.repositories.trust(machine, { path, content: '', mode: 0o644 });
    expect(await manager.repositories.trusted(machine, data)).toEqual([key.fingerprint]);
    await manager.repositories.distrust(machine, [key.fingerprint]);
    expect(await manager.repositories.trusted(machine, data)).toEqual([]);
    await manager.repositories.trust(machine, { path, content: '', mode: 0o644 });
  });

  test('lists versions newest first', async () => {
    await manager.refresh(machine);
    expect(await manager.versions(machine, probe)).toEqual(['1:28.5.2-1', '1:28.5.1-1', '1:9.0-1']);
    expect(await manager.versions(machine, 'berth-no-such')).toEqual([]);
  });

  test('a step installs an exact version and goes back to what was installed', async () => {
    const before = await installed();
    const step = bindStep({ kind: 'package', names: [probe], versions: { [probe]: '1:28.5.1-1' } });
    const captured: unknown = JSON.parse(JSON.stringify(await step.capture(machine)));
    expect(captured).toEqual({
      added: expect.arrayContaining(['berth-dep', probe]) as unknown,
      changed: [],
      held: [],
    });
    await step.apply(machine);
    expect(await step.isDone(machine)).toBe(true);
    expect(await manager.installedVersion(machine, probe)).toBe('1:28.5.1-1');
    expect(await step.undo({ captured, host: machine, options: undoAll })).toEqual({
      kind: 'undone',
    });
    expect(await installed()).toBe(before);
  });

  test.each(['1:28.5.2-1', '1:9.0-1'])('goes to version %s, and back', async (version) => {
    await manager.install(machine, [{ name: probe, version: '1:28.5.1-1' }]);
    const step = bindStep({ kind: 'package', names: [probe], versions: { [probe]: version } });
    const captured = await step.capture(machine);
    expect(captured).toEqual({
      added: [],
      changed: [{ name: probe, from: '1:28.5.1-1' }],
      held: [],
    });
    await step.apply(machine);
    expect(await manager.installedVersion(machine, probe)).toBe(version);
    await step.undo({ captured, host: machine, options: undoAll });
    expect(await manager.installedVersion(machine, probe)).toBe('1:28.5.1-1');
  });

  test('removes nothing that others need, and names them', async () => {
    await manager.install(machine, [{ name: 'berth-later' }]);
    expect(await manager.remove(machine, [probe, 'berth-dep'])).toEqual({
      kind: 'needed',
      by: ['berth-later'],
    });
    expect(await manager.missing(machine, [{ name: probe }])).toEqual([]);
  });

  test('refuses what would replace a package that is there', async () => {
    // dnf would take the one that replaces it at once.
    await machine.must('rpm', '--force-debian', '-i', `${served}/Packages/berth-lone-1.rpm`);
    await expect(manager.additions(machine, [{ name: 'berth-rival' }])).rejects.toMatchObject({
      code: 'PACKAGE_CONFLICT',
      details: { removed: ['berth-lone'] },
    });
  });

  test('removes exactly what it is told, and leaves what came with it', async () => {
    expect(await manager.remove(machine, [probe, 'berth-later'])).toEqual({ kind: 'removed' });
    expect(await manager.traces(machine, [probe, 'berth-later', 'berth-dep'])).toEqual([
      'berth-dep',
    ]);
    expect(await manager.remove(machine, ['berth-dep'])).toEqual({ kind: 'removed' });
  });

  test('a package or a version that no repository has is an error', async () => {
    for (const spec of [{ name: 'berth-no-such' }, { name: probe, version: '1:1-1' }]) {
      await expect(manager.additions(machine, [spec])).rejects.toMatchObject({
        code: 'COMMAND_FAILED',
      });
    }
  });

  test('notices the same repository, and another one by the same name', async () => {
    const conflicts = async (): Promise<unknown> =>
      manager.repositories.conflicts(machine, repository, key.export('binary'));
    expect(await conflicts()).toEqual([]);
    const section = (id: string, url: string): string => `[${id}]\nname=x\nbaseurl=${url}\n\n`;
    await machine.write(
      otherFile,
      `${section('a', 'http://a.invalid/')}${section('docker-ce', 'http://b.invalid/')}${section('c', 'file:/srv/$whatever/')}[d]\nbaseurl=${repository.baseUrl}\nenabled=0\n`,
    );
    expect(await conflicts()).toEqual([
      { path: otherFile, line: 5, kind: 'same-id', seen: '[docker-ce] http://b.invalid/' },
      { path: otherFile, line: 9, kind: 'same', seen: '[c] file:/srv/$whatever/' },
    ]);
  });
});
