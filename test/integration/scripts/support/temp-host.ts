import { hash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostAt, type ProvisionHost } from '../../../../scripts/host/provision-host.ts';

/** A folder that stands for a host's root, with the folders and files that a bare host has. */
export async function makeTempHost(): Promise<ProvisionHost & { remove(): Promise<void> }> {
  const root = await mkdtemp(join(tmpdir(), 'berth-host-'));
  await fillRoot(root);
  return { ...hostAt(root), remove: () => rm(root, { recursive: true, force: true }) };
}

/** Puts what a bare host has into `root`. */
export async function fillRoot(root: string): Promise<void> {
  for (const folder of ['etc/sysctl.d', 'run', 'var/lib', 'var/log']) {
    await mkdir(join(root, folder), { recursive: true });
  }
  await writeFile(join(root, 'etc/group'), 'root:x:0:\n');
  await writeFile(join(root, 'etc/gshadow'), 'root:*::\n', { mode: 0o640 });
}

/**
 * Everything below `root`, a line each: path, type, mode, owner and a digest of the bytes. Two equal lists mean that
 * the trees are the same byte for byte.
 */
export function snapshotTree(
  root: string,
  options: {
    readonly skip?: (path: string) => boolean;
    readonly contents?: 'hashed' | 'left';
  } = {},
): Promise<readonly string[]> {
  const lines: string[] = [];
  // Without waiting for each of some thousand files, which takes eight times as long.
  const visit = (path: string): void => {
    if (options.skip?.(path) === true) return;
    const info = lstatSync(path);
    const head = `${path.slice(root.length) || '/'} ${info.mode.toString(8)} ${info.uid}:${info.gid}`;
    if (info.isDirectory()) {
      lines.push(head);
      for (const name of readdirSync(path).sort()) visit(join(path, name));
    } else if (info.isFile()) {
      lines.push(
        options.contents === 'left' ? head : `${head} ${hash('sha256', readFileSync(path))}`,
      );
    } else if (info.isSymbolicLink()) {
      lines.push(`${head} -> ${readlinkSync(path)}`);
    } else {
      lines.push(head);
    }
  };
  return new Promise((resolve) => {
    visit(root);
    resolve(lines);
  });
}
