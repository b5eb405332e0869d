import { mkdtempSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeAptRepository } from '../../support/mirrors/apt-repository.ts';
import { serveFolder } from '../../support/mirrors/file-server.ts';
import { SigningKey } from '../../support/mirrors/signing-key.ts';
import { makePrivateHost } from '../scripts/support/private-host.ts';
import { removeTree } from '../../support/remove-tree.ts';

test('berth mirrors use --packages points the docker-ce repository to a mirror that proved itself', async () => {
  const host = await makePrivateHost();
  onTestFinished(() => host.remove());
  const folder = mkdtempSync(join(tmpdir(), 'berth-use-packages-'));
  onTestFinished(() => {
    removeTree(folder);
  });
  const key = new SigningKey();
  onTestFinished(() => {
    key.remove();
  });
  const packages = [{ name: 'docker-ce-cli', version: '5:28.5.2-1', sizeBytes: 10_000 }];
  makeAptRepository({ folder: join(folder, 'docker-ce'), key, packages, date: new Date() });
  const server = await serveFolder(folder);
  onTestFinished(() => server.stop());
  const url = `http://${server.host}`;
  const use = (...more: readonly string[]) =>
    host.berth('mirrors', 'use', url, '--packages', '--dry-run', ...more);

  const nothing = await use('--key', key.fingerprint);
  expect(nothing.stderr).toMatch(/MIRROR_USE_REFUSED: this host has no docker-ce repository/);

  await mkdir(host.path('/etc/apt/sources.list.d'), { recursive: true });
  await writeFile(
    host.path('/etc/apt/sources.list.d/docker.list'),
    'deb [signed-by=/etc/apt/keyrings/docker.asc] http://127.0.0.1:1/linux/debian bookworm stable\n',
  );
  const before = await host.snapshot();
  // Without its key the mirror is one that serves another key than Docker's.
  expect((await use()).stderr).toMatch(/MIRROR_UNUSABLE: .* serves another key than Docker's/);
  const planned = await use('--key', key.fingerprint);
  expect(planned).toMatchObject({ exitCode: 0 });
  expect(planned.stdout).toContain(`${url}/docker-ce/linux/debian`);
  expect(await host.snapshot()).toEqual(before);
}, 120_000);
