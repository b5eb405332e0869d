import { posix } from 'node:path';
import type { ApiCall, ApiClient } from '../client/client.ts';
import { segment } from '../client/client.ts';
import { isApiStatus } from '../client/failure.ts';
import { fieldsOf, numberAt, optionalText } from '../client/fields.ts';
import { bytesOf, meansContent, shown, splitPath, withEndOf } from './copy-path.ts';
import type { CopyDestination, CopySource } from './copy-plan.ts';
import { nameBefore, deviceGiven } from './host-path.ts';

/** What a container has at a path, as `X-Docker-Container-Path-Stat` tells it. */
interface PathStatus {
  readonly kind: 'folder' | 'link' | 'file' | 'device';
  /** Bytes of a file. */
  readonly sizeBytes: number;
  /** Of a link; latin1. */
  readonly linkTarget: string;
}

/** Bits of Go's os.FileMode (io/fs): a folder, a link, and a device, or what is nothing that Go knows. */
const folderBit = 2 ** 31;
const linkBit = 2 ** 27;
const deviceBits = [2 ** 26, 2 ** 19];

function kindOf(mode: number): PathStatus['kind'] {
  const has = (bit: number): boolean => Math.floor(mode / bit) % 2 === 1;
  if (has(folderBit)) return 'folder';
  if (has(linkBit)) return 'link';
  return deviceBits.some(has) ? 'device' : 'file';
}

/** Reads the header. @throws API_RESPONSE_INVALID */
function statusIn(headers: Readonly<Record<string, unknown>>): PathStatus {
  const header = headers['x-docker-container-path-stat'];
  const text = typeof header === 'string' ? Buffer.from(header, 'base64').toString('utf8') : '';
  const fields = fieldsOf(parsed(text), 'X-Docker-Container-Path-Stat');
  return {
    kind: kindOf(numberAt(fields, 'mode')),
    sizeBytes: numberAt(fields, 'size'),
    linkTarget: bytesOf(optionalText(fields, 'linkTarget')),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The call for the files of a container at a path. */
export function archiveCall(
  method: 'GET' | 'HEAD' | 'PUT',
  container: string,
  path: string,
): ApiCall {
  const query = { path: shown(path) };
  return { method, path: `/containers/${segment(container)}/archive`, query };
}

/** What a container has at a path; `undefined` for nothing. */
async function statusAt(
  client: ApiClient,
  container: string,
  path: string,
): Promise<PathStatus | undefined> {
  try {
    const { headers } = await client.exchange(archiveCall('HEAD', container, path));
    return statusIn(headers);
  } catch (error) {
    // Whether it is the container that is missing is told by the request that does something.
    if (isApiStatus(error, 404)) return undefined;
    throw error;
  }
}

const resolved = (path: string, target: string): string =>
  posix.resolve('/', splitPath(path).folder, target);

/**
 * The path of a source in a container, and the name that it was given under; a link at its end is followed.
 */
export async function linkedSource(
  client: ApiClient,
  container: string,
  path: string,
): Promise<Omit<CopySource, 'isFolder'>> {
  const status = await statusAt(client, container, path);
  if (status?.kind !== 'link') return { path };
  const target = withEndOf(resolved(path, status.linkTarget), path);
  return { path: target, renamed: meansContent(path) ? undefined : nameBefore(path, target) };
}

/** An archive from a container, on its way. */
export interface ContainerArchive {
  readonly isFolder: boolean;
  /** Bytes of a file; 0 for all else. */
  readonly sizeBytes: number;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** Asks for the files at a path of a container. */
export async function readContainer(
  client: ApiClient,
  { container, path }: { readonly container: string; readonly path: string },
  signal: AbortSignal,
): Promise<ContainerArchive> {
  const call = archiveCall('GET', container, path);
  const { headers, chunks } = await client.exchange({ ...call, signal });
  const { kind, sizeBytes } = statusIn(headers);
  return { isFolder: kind === 'folder', sizeBytes: kind === 'file' ? sizeBytes : 0, chunks };
}

/**
 * What is at a path of a container that something is copied to: a link at its end is followed, also one to nothing.
 *
 * @throws COPY_INVALID
 */
export async function containerDestination(
  client: ApiClient,
  container: string,
  given: string,
): Promise<CopyDestination> {
  let path = given;
  let status = await statusAt(client, container, path);
  if (status?.kind === 'link') {
    path = resolved(path, status.linkTarget);
    status = await statusAt(client, container, path);
  }
  if (status === undefined) return { path, found: 'nothing' };
  if (status.kind === 'device') throw deviceGiven(given);
  return { path, found: status.kind === 'folder' ? 'folder' : 'file' };
}
