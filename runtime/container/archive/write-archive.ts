import { BerthError } from '../../errors/berth-error.ts';
import type { TreeReader } from '../../syscall/tree/tree-reader.ts';
import type { Container } from '../lifecycle/container.ts';
import type { EngineState } from '../lifecycle/engine-state.ts';
import { resolveUser } from '../spec/resolve-user.ts';
import type { ResolvedUser } from '../spec/resolve-user.ts';
import { absolutePath, followLinks, kernelPath, pathNotFound } from './container-path.ts';
import { openFiles } from './open-files.ts';
import type { OpenFiles } from './open-files.ts';
import type { PathRequest } from './read-archive.ts';
import { refuseReadOnly } from './writable-path.ts';

/** What `writeArchive` is asked for. */
export interface ExtractRequest extends PathRequest {
  /** A tar archive, plain or compressed. */
  readonly archive: AsyncIterable<Uint8Array>;
  /** Who gets all of it: whom the archive names, or the user that the container's program runs as. */
  readonly owner: 'of-archive' | 'of-container';
  /** `same-kind`: no folder takes the place of a file, nor a file that of a folder. */
  readonly replaces: 'anything' | 'same-kind';
}

/** /etc/passwd of a big company has a few MiB; a container must not make berthd read gigabytes. */
const maxDatabaseBytes = 16 * 1024 * 1024;

/**
 * Extracts an archive into a folder of a container. An archive that breaks off leaves what had come by then.
 *
 * @throws CONTAINER_PATH_NOT_FOUND, CONTAINER_PATH_INVALID, CONTAINER_USER_NOT_FOUND, CONTAINER_BEING_REMOVED, and the codes of
 *   `openFiles` and `extractArchive`
 */
export async function writeArchive(
  state: EngineState,
  container: Container,
  request: ExtractRequest,
): Promise<void> {
  const files = await openFiles(state, container);
  files.signal.addEventListener('abort', files.tree.close, { once: true });
  try {
    await extract(state, container, { files, request });
  } catch (error) {
    files.signal.throwIfAborted();
    throw error;
  } finally {
    files.signal.removeEventListener('abort', files.tree.close);
    await files.close();
  }
  state.announce(container, 'extract-to-dir');
}

async function extract(
  { ports }: EngineState,
  { record }: Container,
  { files, request }: { readonly files: OpenFiles; readonly request: ExtractRequest },
): Promise<void> {
  const { reader } = files.tree;
  const folder = await followLinks(reader, kernelPath(absolutePath(request.path)));
  const [entry] = await reader.describe([folder]);
  if (entry === undefined) throw pathNotFound(request.path, request.shown);
  if (entry.type !== 'directory') throw noFolder(request.path);
  refuseReadOnly(record, Buffer.from(folder, 'latin1').toString(), files.container);
  const isOwned = request.owner === 'of-container' && record.config.User !== '';
  await ports.files.extract({
    target: files.tree,
    folder,
    archive: until(request.archive, files.signal),
    owner: isOwned ? await userOf(reader, record.config.User) : undefined,
    replaces: request.replaces,
  });
}

async function userOf(reader: TreeReader, user: string): Promise<ResolvedUser> {
  const passwd = await readText(reader, '/etc/passwd');
  return resolveUser(user, [], { passwd, group: await readText(reader, '/etc/group') });
}

async function readText(reader: TreeReader, path: string): Promise<string> {
  const [entry] = await reader.describe([await followLinks(reader, path)]);
  const sizeBytes = entry?.type === 'file' ? entry.sizeBytes : 0;
  const pieces =
    sizeBytes === 0 || sizeBytes > maxDatabaseBytes
      ? undefined
      : await reader.content(await followLinks(reader, path), sizeBytes);
  if (pieces === undefined) return '';
  const chunks = await Array.fromAsync(pieces);
  return Buffer.concat(chunks.filter((piece) => piece instanceof Uint8Array)).toString('utf8');
}

/** Ends with the signal, also while nothing comes: who sends may be in no hurry. */
async function* until(
  source: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  const chunks = source[Symbol.asyncIterator]();
  const aborted = Promise.withResolvers<never>();
  aborted.promise.catch(() => undefined);
  const abort = (): void => {
    aborted.reject(signal.reason as Error);
  };
  signal.addEventListener('abort', abort, { once: true });
  try {
    signal.throwIfAborted();
    for (;;) {
      const next = await Promise.race([chunks.next(), aborted.promise]);
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function noFolder(path: string): BerthError {
  return new BerthError('CONTAINER_PATH_INVALID', {
    message: 'extraction point is not a directory',
    remedy: 'Name a folder.',
    details: { path },
  });
}
