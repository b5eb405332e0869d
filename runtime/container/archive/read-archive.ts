import type { Container } from '../lifecycle/container.ts';
import type { EngineState } from '../lifecycle/engine-state.ts';
import { absolutePath, kernelPath, pathNoFolder, pathNotFound } from './container-path.ts';
import { openFiles } from './open-files.ts';
import type { OpenFiles } from './open-files.ts';
import { pathStatus } from './path-status.ts';
import type { PathStatus } from './path-status.ts';

/** Which path of which container. */
export interface PathRequest {
  readonly path: string;
  /** The container as the client named it. */
  readonly shown: string;
}

/** What `readArchive` gives. */
export interface PathArchive {
  readonly status: PathStatus;
  /** The archive; it must be read, or given up. */
  readonly chunks: AsyncGenerator<Uint8Array, void>;
}

/** What a container has at a path. @throws CONTAINER_PATH_NOT_FOUND and the codes of `openFiles` */
export async function statPath(
  state: EngineState,
  container: Container,
  { path, shown }: PathRequest,
): Promise<PathStatus> {
  const files = await openFiles(state, container);
  try {
    return await statusOf(files, absolutePath(path), { path, shown });
  } finally {
    await files.close();
  }
}

/**
 * Packs what a container has at a path: a folder with all in it, under its own name; of a link the link.
 *
 * @throws CONTAINER_PATH_NOT_FOUND, CONTAINER_PATH_INVALID and the codes of `openFiles`; TREE_UNREADABLE, CONTAINER_BEING_REMOVED from the iteration
 */
export async function readArchive(
  state: EngineState,
  container: Container,
  request: PathRequest & { readonly signal: AbortSignal },
): Promise<PathArchive> {
  const files = await openFiles(state, container);
  try {
    const absolute = absolutePath(request.path);
    const status = await statusOf(files, absolute, request).catch(async (error: unknown) => {
      throw (await isNoFolder(files, absolute)) ? pathNoFolder(request.path) : error;
    });
    state.announce(container, 'archive-path');
    const chunks = pack(state, files, { absolute, status, signal: request.signal });
    return { status, chunks };
  } catch (error) {
    await files.close();
    throw error;
  }
}

async function statusOf(
  { tree }: OpenFiles,
  absolute: string,
  { path, shown }: PathRequest,
): Promise<PathStatus> {
  const status = await pathStatus(tree.reader, kernelPath(absolute));
  if (status !== undefined) return status;
  throw pathNotFound(path, shown);
}

/** Whether a path ends as that of a folder does, and something else is there. */
async function isNoFolder({ tree }: OpenFiles, absolute: string): Promise<boolean> {
  const plain = absolute.replace(/\/\.?$/, '');
  return plain !== absolute && (await pathStatus(tree.reader, kernelPath(plain))) !== undefined;
}

interface Packing {
  readonly absolute: string;
  readonly status: PathStatus;
  readonly signal: AbortSignal;
}

async function* pack(
  { ports }: EngineState,
  files: OpenFiles,
  { absolute, status, signal }: Packing,
): AsyncGenerator<Uint8Array, void> {
  const over = AbortSignal.any([signal, files.signal]);
  // Somebody who has nothing to say any more, or is told to go, is not waited for.
  over.addEventListener('abort', files.tree.close, { once: true });
  const what = status.entry.type === 'directory' ? 'tree' : 'entry';
  // All of a container has absolute names, as from Docker.
  const name = status.name === '/' ? '' : status.name;
  try {
    const packed = { path: kernelPath(absolute), what, name } as const;
    yield* ports.files.pack(files.tree.reader, packed, over);
  } finally {
    over.removeEventListener('abort', files.tree.close);
    await files.close();
  }
}
