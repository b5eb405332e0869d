import { z } from 'zod';

import { BerthError } from '../../errors/berth-error.ts';
import type { Platform } from '../../image/image-config.ts';
import { normalPlatform, platformOfWord } from '../../image/platform.ts';
import type { ApiRequest } from '../http/api-request.ts';
import { isAtLeast } from '../http/api-version.ts';
import { withSchemaKeys } from '../http/schema-keys.ts';

const platformSchema = z.looseObject({
  os: z.string().min(1),
  architecture: z.string().min(1),
  variant: z.string().optional(),
});

function invalid(parameter: string, value: string, wanted: string): BerthError {
  return new BerthError('API_REQUEST_INVALID', {
    message: `query parameter "${parameter}" is "${value}", wanted ${wanted}`,
    remedy: `Correct "${parameter}", or leave it out for the host's own.`,
    details: { parameter, value },
  });
}

/**
 * `linux/arm64/v8` as a platform, in the words of indexes; of one word, as `arm64` or `linux`, the host has the rest.
 * @throws API_REQUEST_INVALID
 */
export function parsePlatform(text: string): Platform {
  const [os = '', architecture, variant, ...rest] = text.split('/');
  if (!/^[\w-]+$/.test(os)) throw unreadable(text, `"${os}" is an invalid OS component`);
  const wrong = [architecture, variant].find((part) => part !== undefined && !isComponent(part));
  if (wrong !== undefined) throw unreadable(text, `"${wrong}" is an invalid component`);
  if (rest.length > 0) throw unreadable(text, 'it has too many components');
  if (architecture !== undefined) {
    return normalPlatform({ os, architecture, ...(variant === undefined ? {} : { variant }) });
  }
  const platform = platformOfWord(os);
  if (platform === undefined) throw unreadable(text, 'unknown operating system or architecture');
  return platform;
}

function isComponent(part: string): boolean {
  return /^[\w.-]+$/.test(part);
}

/** @param why in containerd's words */
function unreadable(text: string, why: string): BerthError {
  return invalid('platform', text, `a platform such as "linux/amd64": ${why}`);
}

/** `{"os":"linux","architecture":"arm64"}`, as newer requests have it. @throws API_REQUEST_INVALID */
function decodePlatform(parameter: string, value: string): Platform {
  let json: unknown;
  try {
    json = JSON.parse(value);
  } catch {
    // Left to the schema, which says what was wanted.
  }
  const { data } = platformSchema.safeParse(withSchemaKeys(platformSchema, json));
  if (data === undefined) {
    throw invalid(parameter, value, 'JSON such as {"os":"linux","architecture":"amd64"}');
  }
  const { os, architecture, variant } = data;
  return { os, architecture, ...(variant === undefined || variant === '' ? {} : { variant }) };
}

/**
 * The one platform that a request names as JSON; older clients than `since` do not mean what they send.
 *
 * @param parameter `platform`, or `platforms` where Docker calls it so
 * @throws API_REQUEST_INVALID, also for several
 */
export function platformOf(
  { query, version }: ApiRequest,
  since: string,
  parameter: 'platform' | 'platforms' = 'platform',
): { readonly platform?: Platform } {
  const values = query.all(parameter).filter((value) => value !== '');
  const [value, ...more] = isAtLeast(version, since) ? values : [];
  if (value === undefined) return {};
  if (more.length > 0) throw invalid(parameter, values.join(), 'one platform only');
  return { platform: decodePlatform(parameter, value) };
}
