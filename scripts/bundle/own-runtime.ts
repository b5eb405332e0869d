import { join } from 'node:path';
import { namesOf, type Architecture } from './architecture.ts';

/** A Node.js to put into a bundle, with what it needs. */
export interface NodeRuntime {
  /** The program `node`. */
  readonly node: string;
  readonly libraryFolders: readonly string[];
  /** Program and arguments that run it here; `undefined` when this host cannot. */
  readonly runner: readonly string[] | undefined;
}

/** Debian's name of the folder of libraries (multiarch tuple). */
const tuples: Readonly<Record<Architecture, string>> = {
  x64: 'x86_64-linux-gnu',
  arm64: 'aarch64-linux-gnu',
};

/** Folders of libraries below a root, in the order in which a dynamic loader looks (ld.so(8)). */
export function libraryFoldersIn(root: string, arch: Architecture): readonly string[] {
  const tuple = tuples[arch];
  const names = [`lib/${tuple}`, `usr/lib/${tuple}`, 'lib64', 'usr/lib64', 'lib', 'usr/lib'];
  return names.map((name) => join(root, name));
}

/** Node.js of the checkout's dependencies, with this host's libraries. */
export function ownRuntime(root: string, arch: Architecture): NodeRuntime {
  const node = join(root, 'node_modules', namesOf(arch).nodePackage, 'bin', 'node');
  return { node, libraryFolders: libraryFoldersIn('/', arch), runner: [node] };
}
