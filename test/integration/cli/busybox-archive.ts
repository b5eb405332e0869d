import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { pack } from 'tar-stream';

/** Name of the image in {@link busyboxArchive}. */
export const busyboxImage = 'berth-test/busybox:1';

const applets = ['sh', 'cat', 'echo', 'sleep', 'true', 'ls', 'id', 'env', 'stty', 'pwd'];

interface Entry {
  readonly name: string;
  readonly data?: Uint8Array | string;
  readonly mode?: number;
  readonly link?: string;
}

async function tar(entries: readonly Entry[]): Promise<Buffer> {
  const archive = pack();
  for (const { name, data, mode = 0o644, link } of entries) {
    const header = { name, mode, mtime: new Date(0) };
    if (link !== undefined) archive.entry({ ...header, type: 'symlink', linkname: link });
    else if (data === undefined) archive.entry({ ...header, type: 'directory', mode: 0o755 });
    else archive.entry(header, Buffer.from(data));
  }
  archive.finalize();
  return Buffer.concat(await Array.fromAsync(archive as AsyncIterable<Uint8Array>));
}

/** An archive as `docker save` writes it, of an image with the machine's static busybox. */
export async function busyboxArchive(): Promise<Buffer> {
  const layer = await tar([
    { name: 'bin' },
    { name: 'bin/busybox', data: await readFile('/bin/busybox'), mode: 0o755 },
    ...applets.map((applet) => ({ name: `bin/${applet}`, link: 'busybox' })),
    { name: 'etc' },
    { name: 'etc/passwd', data: 'root:x:0:0::/:/bin/sh\n' },
    { name: 'tmp' },
  ]);
  const config = JSON.stringify({
    architecture: process.arch === 'x64' ? 'amd64' : 'arm64',
    os: 'linux',
    created: '2020-01-02T03:04:05Z',
    config: { Cmd: ['/bin/sh'], Env: ['PATH=/bin'] },
    rootfs: {
      type: 'layers',
      diff_ids: [`sha256:${createHash('sha256').update(layer).digest('hex')}`],
    },
  });
  const configName = `${createHash('sha256').update(config).digest('hex')}.json`;
  const manifest = [{ Config: configName, RepoTags: [busyboxImage], Layers: ['layer.tar'] }];
  return tar([
    { name: configName, data: config },
    { name: 'layer.tar', data: layer },
    { name: 'manifest.json', data: JSON.stringify(manifest) },
  ]);
}
