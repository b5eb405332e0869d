import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeTree } from '../../support/remove-tree.ts';

/** Commands that tests use; all are the one static program. */
const commands =
  'sh cat echo env exit false head hostname id ls mount printf pwd seq sleep stty test touch true tty wc yes ip kill'.split(
    ' ',
  );

const passwd = `root:x:0:0:root:/root:/bin/sh
app:x:1000:1000:app:/home/app:/bin/sh
`;

const group = `root:x:0:
wheel:x:10:app
app:x:1000:
extra:x:2000:
`;

/** Writes a `docker save` archive of an image made of Debian's static busybox; gives its path. */
export function busyboxArchive(folder: string): string {
  const work = mkdtempSync(join(tmpdir(), 'berth-bb-'));
  try {
    const rootfs = join(work, 'rootfs');
    mkdirSync(join(rootfs, 'bin'), { recursive: true });
    mkdirSync(join(rootfs, 'etc'));
    mkdirSync(join(rootfs, 'tmp'));
    copyFileSync('/bin/busybox', join(rootfs, 'bin/busybox'));
    for (const command of commands) symlinkSync('busybox', join(rootfs, 'bin', command));
    writeFileSync(join(rootfs, 'etc/passwd'), passwd);
    writeFileSync(join(rootfs, 'etc/group'), group);
    writeFileSync(join(rootfs, 'etc/plain'), 'no program\n', { mode: 0o644 });
    const layer = execFileSync('tar', ['-C', rootfs, '-c', '.'], { maxBuffer: 1 << 26 });
    const diffId = createHash('sha256').update(layer).digest('hex');
    const config = JSON.stringify({
      architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
      os: 'linux',
      created: '2026-01-01T00:00:00Z',
      config: { Env: ['PATH=/bin'], Cmd: ['sh'], Labels: { origin: 'image' } },
      rootfs: { type: 'layers', diff_ids: [`sha256:${diffId}`] },
    });
    const configName = `${createHash('sha256').update(config).digest('hex')}.json`;
    writeFileSync(join(work, 'layer.tar'), layer);
    writeFileSync(join(work, configName), config);
    const manifest = [{ Config: configName, RepoTags: ['bb:latest'], Layers: ['layer.tar'] }];
    writeFileSync(join(work, 'manifest.json'), JSON.stringify(manifest));
    const archive = join(folder, 'bb.tar');
    execFileSync('tar', ['-C', work, '-cf', archive, 'manifest.json', configName, 'layer.tar']);
    return archive;
  } finally {
    removeTree(work);
  }
}
