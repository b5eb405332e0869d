import { isDigest } from '../../image/digest.ts';
import type { Digest } from '../../image/digest.ts';

/** A file of a package repository. */
export interface PackageRequest {
  /** `host[:port]`, in lower case. */
  readonly host: string;
  /** Each part encoded in the same way, whichever way the client did it: the cache knows a file by it. */
  readonly path: string;
  /** `forever`: a file of this name does not change, as packages and what is named by its hash. */
  readonly life: 'forever' | 'until-changed';
  /** What it has to have, when its name says so. */
  readonly digest: Digest | undefined;
}

/** Longer than any name in a package repository. */
const longestPath = 1024;

/**
 * Reads the path of a request below `/packages/`.
 *
 * @returns `undefined` for what leads elsewhere, or is too long
 */
export function parsePackagePath(pathname: string): PackageRequest | undefined {
  const match = /^\/packages\/([^/]+)\/(.+)$/.exec(pathname);
  const [, host = '', rest = ''] = match ?? [];
  if (match === null || rest.length > longestPath || !/^[a-z0-9.-]+(?::\d{1,5})?$/i.test(host))
    return undefined;
  // apt asks for /./Packages in flat repositories. A path that begins with two slashes would be read as a host.
  const parts = rest
    .split('/')
    .map(decodedPart)
    .filter((part) => part !== '.' && part !== '');
  if (parts.length === 0 || parts.includes(undefined)) return undefined;
  const path = `/${parts.map((part) => encodeURIComponent(part ?? '')).join('/')}`;
  const digest = digestInName(path);
  const isForever = digest !== undefined || /\.(?:u?deb|d?rpm|apk)$/.test(path);
  return {
    host: host.toLowerCase(),
    path,
    life: isForever ? 'forever' : 'until-changed',
    digest,
  };
}

/** One part of a path; `undefined` when it would be more than one, or the folder above. */
function decodedPart(part: string): string | undefined {
  let text: string;
  try {
    text = decodeURIComponent(part);
  } catch {
    return undefined;
  }
  const isBad = text === '..' || /[/\\\u0000-\u001f\u007f]/.test(text);
  return isBad ? undefined : text;
}

/** Debian's repositories have their indexes by hash too (repository format, "by-hash"). */
function digestInName(path: string): Digest | undefined {
  const hex = /\/by-hash\/SHA256\/([0-9a-f]{64})$/.exec(path)?.[1];
  const digest = `sha256:${hex ?? ''}`;
  return isDigest(digest) ? digest : undefined;
}
