import { z } from 'zod';

import { BerthError } from '../../errors/berth-error.ts';
import type { PullOptions, RegistryCredentials } from '../../image/image-service.ts';
import type { ApiRequest } from '../http/api-request.ts';

const authSchema = z.object({
  username: z.string().optional(),
  password: z.string().optional(),
  auth: z.string().optional(),
  identitytoken: z.string().optional(),
  registrytoken: z.string().optional(),
});

/**
 * Credentials of the `X-Registry-Auth` header: base64url of JSON. Docker ignores what it cannot read there, because
 * most pulls need none; so does this.
 */
function credentialsOf(
  header: string | readonly string[] | undefined,
): RegistryCredentials | undefined {
  if (typeof header !== 'string' || header === '') return undefined;
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(header, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
  const { data } = authSchema.safeParse(json);
  if (data?.registrytoken) return { kind: 'registry-token', token: data.registrytoken };
  if (data?.identitytoken) return { kind: 'identity-token', token: data.identitytoken };
  if (!data?.username) return undefined;
  return { kind: 'basic', username: data.username, password: data.password ?? '' };
}

/** `linux/arm64/v8` as a platform. @throws API_REQUEST_INVALID */
export function parsePlatform(text: string): NonNullable<PullOptions['platform']> {
  const [first = '', second, variant, ...rest] = text.split('/');
  const os = second === undefined ? 'linux' : first;
  const architecture = second ?? first;
  if (rest.length > 0 || architecture === '' || os === '') {
    throw new BerthError('API_REQUEST_INVALID', {
      message: `query parameter "platform" is "${text}", wanted a platform such as "linux/amd64"`,
      remedy: 'Correct "platform", or leave it out for the host\'s own.',
      details: { parameter: 'platform', value: text },
    });
  }
  return { os, architecture, ...(variant === undefined ? {} : { variant }) };
}

/**
 * What `POST /images/create` asks to be pulled.
 *
 * @throws API_REQUEST_INVALID, API_NOT_IMPLEMENTED (import from a file or URL)
 */
export function pullRequest({ query, headers, signal }: ApiRequest): {
  readonly reference: string;
  readonly options: PullOptions;
} {
  if (query.text('fromSrc') !== '') {
    throw new BerthError('API_NOT_IMPLEMENTED', {
      message: 'berth does not import file systems as images yet',
      remedy: 'Load an image with "docker load".',
    });
  }
  const image = query.text('fromImage').replace(/:$/, '');
  if (image === '') {
    throw new BerthError('API_REQUEST_INVALID', {
      message: 'query parameter "fromImage" is empty, wanted an image name',
      remedy: 'Name the image to pull.',
      details: { parameter: 'fromImage' },
    });
  }
  const tag = query.text('tag');
  const separator = tag.includes(':') ? '@' : ':';
  const credentials = credentialsOf(headers['x-registry-auth']);
  const platform = query.optionalText('platform');
  return {
    reference: tag === '' ? image : `${image}${separator}${tag}`,
    options: {
      signal,
      ...(credentials === undefined ? {} : { credentials }),
      ...(platform === undefined ? {} : { platform: parsePlatform(platform) }),
    },
  };
}
