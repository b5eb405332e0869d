import { MS_BIND, MS_RDONLY, MS_REC } from '../syscall/constants/mount.ts';
import { errnoNumber } from '../syscall/errno.ts';
import type { Label } from '../syscall/program.ts';
import type { ProgramBuilder } from '../syscall/program-builder.ts';
import type { HostDescriptors } from './host-descriptors.ts';
import { labelledData } from './mount-label.ts';
import { remountBind } from './mounts.ts';

/**
 * Hides paths of the container: an empty, read-only folder over a folder, a null device over a file.
 *
 * The device comes as a descriptor of the node that was just made in the container's own /dev. By its path it could have
 * been replaced by now (CVE-2025-31133); and it must not be the host's, whose mode and times a container could change
 * through every mask.
 */
export function maskPaths(
  p: ProgramBuilder,
  paths: readonly string[],
  {
    host,
    nullDevice,
    label,
  }: {
    readonly host: HostDescriptors;
    readonly nullDevice: number;
    /** `linux.mountLabel`. */
    readonly label: string | undefined;
  },
): void {
  for (const path of paths) {
    const next = p.label();
    const folder = p.label();
    ifMissing(p, path, next);
    const probe = p.call(`look for ${path}/`, 'faccessat', [-100, p.string(`${path}/`), 0], {
      onError: 'ignore',
    });
    p.jumpIf('eq', probe, 0, folder);
    host.bind(nullDevice, path, { recursive: 0 });
    p.jump(next);
    p.place(folder);
    const args = [
      p.string('tmpfs'),
      p.string(path),
      p.string('tmpfs'),
      MS_RDONLY,
      p.string(labelledData('size=0k', label)),
    ];
    p.call(`mask ${path}`, 'mount', args);
    p.place(next);
  }
}

/** Makes paths of the container read-only: each is bound to itself and remounted. */
export function makeReadOnly(p: ProgramBuilder, paths: readonly string[]): void {
  for (const path of paths) {
    const next = p.label();
    ifMissing(p, path, next);
    p.call(`bind ${path} to itself`, 'mount', [
      p.string(path),
      p.string(path),
      0,
      MS_BIND | MS_REC,
      0,
    ]);
    remountBind(p, { destination: path, flags: MS_RDONLY, recursive: MS_REC });
    p.place(next);
  }
}

/** What is not there on this kernel needs no protection. */
function ifMissing(p: ProgramBuilder, path: string, next: Label): void {
  const found = p.call(`look for ${path}`, 'faccessat', [-100, p.string(path), 0], {
    onError: 'ignore',
  });
  p.jumpIf('eq', found, -errnoNumber('ENOENT'), next);
}
