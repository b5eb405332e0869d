import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { busyboxArchive } from '../api/busybox-image.ts';
import { ask } from '../api/raw-http.ts';
import type { HttpAnswer } from '../api/raw-http.ts';
import { TestDaemon } from '../api/test-daemon.ts';
import { removeTree } from '../../support/remove-tree.ts';

let daemon: TestDaemon;
/** Of the host: a file with a secret, and an archive with one file. */
let host: string;
let archive: string;

beforeAll(async () => {
  daemon = await TestDaemon.start();
  await daemon.docker(['load', '-i', busyboxArchive(daemon.root)]);
  host = mkdtempSync(join(tmpdir(), 'berth-hostile-'));
  mkdirSync(join(host, 'folder'));
  writeFileSync(join(host, 'folder/file'), 'secret of the host');
  writeFileSync(join(host, 'copied'), 'copied');
  archive = execFileSync('tar', ['-C', host, '-c', 'copied']).toString('latin1');
});
afterAll(async () => {
  removeTree(host);
  await daemon.destroy();
});

async function run(name: string, options: readonly string[], script: string): Promise<void> {
  const common = ['run', '-d', '--name', name, '--network', 'none', ...options];
  const command = ['bb', '/bin/busybox', 'sh', '-c', script];
  expect(await daemon.docker([...common, ...command])).toMatchObject({ exitCode: 0 });
}

const read = (name: string, path: string): Promise<HttpAnswer> =>
  ask(daemon.socket, { path: `/containers/${name}/archive?path=${encodeURIComponent(path)}` });
const write = (name: string, path: string): Promise<HttpAnswer> =>
  ask(daemon.socket, {
    method: 'PUT',
    path: `/containers/${name}/archive?path=${encodeURIComponent(path)}`,
    body: archive,
  });

function expectUntouched(): void {
  expect(readdirSync(join(host, 'folder'))).toEqual(['file']);
}

/**
 * CVE-2018-15664: a container swaps a folder for a link while `docker cp` is under way. The defences: the process that serves
 * the files has the container's root for its own, and folders are resolved by openat2(2) with RESOLVE_IN_ROOT and
 * RESOLVE_NO_MAGICLINKS (`FilesServer` in runtime/launch/files). Without the latter the first test is red.
 */
describe('a hostile container', () => {
  it("leads nobody to the host by links of the host's procfs, which it has", async () => {
    // Process 1 may be out of reach for root, too.
    const ownRoot = `/host/${process.pid}/root`;
    const out = join(ownRoot, host, 'folder');
    const options = ['-v', '/proc:/host', '--privileged', '--pid', 'host'];
    await run('procfs', options, `ln -s ${out} /out; ln -s ${ownRoot} /root-of-host; sleep 1000`);
    await expect
      .poll(async () => (await read('procfs', '/root-of-host')).status, { timeout: 10_000 })
      .toBe(200);
    for (const path of ['/out/file', `/root-of-host${host}/folder/file`, `${out}/file`]) {
      const answer = await read('procfs', path);
      expect([path, answer.status]).toEqual([path, 404]);
      expect(answer.body).not.toContain('secret');
    }
    for (const path of ['/out', `/root-of-host${host}/folder`, out]) {
      expect((await write('procfs', path)).status).not.toBe(200);
    }
    expectUntouched();
    expect(existsSync(join(host, 'folder/copied'))).toBe(false);
  });

  it('that swaps a folder for a link all the time changes what of its own is meant', async () => {
    const up = '../'.repeat(20);
    const script = `mkdir -p /swap/real ${host}/folder; echo inside > ${host}/folder/file; echo inside > /swap/real/file
      cd /swap; ln -s ${up}${host.slice(1)}/folder bad; ln -s ${host}/folder worse
      touch /ready
      while :; do for x in real bad worse; do mv -T $x at; mv -T at $x; done; done`;
    await run('swap', [], script.replaceAll(/\b(mkdir|ln|mv|touch)\b/g, '/bin/busybox $1'));
    await expect
      .poll(async () => (await read('swap', '/ready')).status, { timeout: 10_000 })
      .toBe(200);
    for (let i = 0; i < 40; i += 1) {
      const answer = await read('swap', '/swap/at/file');
      expect(answer.body).not.toContain('secret');
      await write('swap', '/swap/at');
    }
    expectUntouched();
  });

  it('has no device of it opened, and nothing in the place of a file written to', async () => {
    await run(
      'devices',
      [],
      'busybox mknod /zero c 1 5; busybox mkfifo /copied; sleep 1000'.replaceAll(
        'busybox',
        '/bin/busybox',
      ),
    );
    await expect
      .poll(async () => (await read('devices', '/copied')).status, { timeout: 10_000 })
      .toBe(200);
    const answer = await read('devices', '/zero');
    // Its headers, and the end: nothing was read.
    expect([answer.status, answer.body.length, answer.body[1024 + 156]]).toEqual([200, 2560, '3']);
    expect((await write('devices', '/')).status).toBe(200);
    expect((await read('devices', '/copied')).body).toContain('copied');
  });

  it('of a read-only volume changes nothing, whatever links lead there', async () => {
    const options = ['-v', `${host}/folder:/locked:ro`];
    await run('locked', options, '/bin/busybox ln -s /locked /open; touch /ready; sleep 1000');
    await expect
      .poll(async () => (await read('locked', '/ready')).status, { timeout: 10_000 })
      .toBe(200);
    const answer = await write('locked', '/open');
    expect([answer.status, answer.body]).toEqual([400, expect.stringContaining('read-only')]);
    expectUntouched();
  });
});
