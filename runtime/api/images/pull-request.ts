import { BerthError } from '../../errors/berth-error.ts';
import type { PullOptions } from '../../image/image-service.ts';
import { canonicalName, parseReference, repositoryOf } from '../../image/reference.ts';
import type { ApiRequest } from '../http/api-request.ts';
import { parsePlatform } from './platform-parameter.ts';
import { credentialsOf } from './registry-auth.ts';

/** A tag beside the name counts more than one within it; it may be a digest. @throws REFERENCE_INVALID */
function withTagOrDigest(image: string, tag: string): string {
  const name = parseReference(image);
  const plain = repositoryOf(name);
  return canonicalName(parseReference(tag.includes(':') ? `${plain}@${tag}` : `${plain}:${tag}`));
}

/** What `POST /images/create` asks to be pulled. @throws API_REQUEST_INVALID */
export function pullRequest({ query, headers, signal }: ApiRequest): {
  readonly reference: string;
  readonly options: PullOptions & { readonly signal: AbortSignal };
} {
  const image = query.text('fromImage').replace(/:$/, '');
  if (image === '') {
    throw new BerthError('API_REQUEST_INVALID', {
      message: 'query parameter "fromImage" is empty, wanted an image name',
      remedy: 'Name the image to pull.',
      details: { parameter: 'fromImage' },
    });
  }
  const tag = query.text('tag');
  const credentials = credentialsOf(headers['x-registry-auth']);
  const platform = query.optionalText('platform');
  return {
    reference: tag === '' ? image : withTagOrDigest(image, tag),
    options: {
      signal,
      ...(credentials === undefined ? {} : { credentials }),
      ...(platform === undefined ? {} : { platform: parsePlatform(platform) }),
    },
  };
}
