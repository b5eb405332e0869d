import { posix } from 'node:path';
import { AT_FDCWD } from '../../syscall/constants/fs.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';

/**
 * Makes a folder with its parents: of the engine's own, not of a path that an image has a say in. What is there already is fine; whatever else goes wrong
 * shows in the step that uses the folder, with its own label.
 */
export function makeFolders(p: ProgramBuilder, path: string): void {
  const parts = posix
    .normalize(path)
    .split('/')
    .filter((part) => part !== '');
  parts.forEach((_, i) => {
    const folder = `/${parts.slice(0, i + 1).join('/')}`;
    p.call(`make ${folder}`, 'mkdirat', [AT_FDCWD, p.string(folder), 0o755], { onError: 'ignore' });
  });
}
