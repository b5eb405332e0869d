import { isDigest } from '../../image/digest.ts';
import type { Digest } from '../../image/digest.ts';
import type { RepositoryName } from './repository-name.ts';
import { repositoryName } from './repository-name.ts';

/** What a client asks of the distribution API (distribution-spec 1.1, pull and content discovery). */
export type RegistryRequest =
  | { readonly kind: 'version' }
  /** `selector` is a tag or a digest. */
  | {
      readonly kind: 'manifest';
      readonly repository: RepositoryName;
      readonly selector: string;
    }
  | { readonly kind: 'blob'; readonly repository: RepositoryName; readonly digest: Digest }
  | {
      readonly kind: 'tags';
      readonly repository: RepositoryName;
      /** At most so many; `undefined` for all. */
      readonly count: number | undefined;
      /** Only those after this one. */
      readonly last: string | undefined;
    }
  | {
      readonly kind: 'referrers';
      readonly repository: RepositoryName;
      readonly digest: Digest;
      readonly artifactType: string | undefined;
    }
  | {
      readonly kind: 'invalid';
      /** A code of the specification. */
      readonly code: 'NAME_INVALID' | 'DIGEST_INVALID' | 'MANIFEST_INVALID' | 'UNSUPPORTED';
      readonly message: string;
    };

const tagPattern = /^\w[\w.-]{0,127}$/;
const operation = /^\/v2\/(.+)\/(?:(manifests|blobs|referrers)\/([^/]+)|(tags)\/list)$/;

/** Reads path and query of a request below `/v2`. */
export function parseRegistryRequest(url: URL): RegistryRequest {
  if (url.pathname === '/v2' || url.pathname === '/v2/') return { kind: 'version' };
  const match = operation.exec(decoded(url.pathname));
  if (match === null)
    return invalid('UNSUPPORTED', `"${url.pathname}" is nothing that can be pulled`);
  const [, name = '', kind, target = ''] = match;
  const repository = repositoryName(name, url.searchParams.get('ns') ?? undefined);
  if (repository === undefined) return invalid('NAME_INVALID', `"${name}" is no repository name`);
  switch (kind) {
    case 'manifests':
      if (!tagPattern.test(target) && !isDigest(target))
        return invalid('MANIFEST_INVALID', `"${target}" is neither a tag nor a sha256 digest`);
      return { kind: 'manifest', repository, selector: target };
    case 'blobs':
    case 'referrers': {
      if (!isDigest(target)) return invalid('DIGEST_INVALID', `"${target}" is no sha256 digest`);
      if (kind === 'blobs') return { kind: 'blob', repository, digest: target };
      const artifactType = url.searchParams.get('artifactType') ?? undefined;
      return { kind: 'referrers', repository, digest: target, artifactType };
    }
    default:
      return tagsRequest(repository, url.searchParams);
  }
}

function tagsRequest(repository: RepositoryName, query: URLSearchParams): RegistryRequest {
  const text = query.get('n');
  const count = text !== null && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
  return { kind: 'tags', repository, count, last: query.get('last') ?? undefined };
}

function invalid(
  code: Extract<RegistryRequest, { kind: 'invalid' }>['code'],
  message: string,
): RegistryRequest {
  return { kind: 'invalid', code, message };
}

/** Clients may encode the colon of a digest. What cannot be decoded matches nothing. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return '';
  }
}
