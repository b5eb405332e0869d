import { z } from 'zod';

import { BerthError, isBerthError, messageOf } from '../errors/berth-error.ts';
import type { ErrorCode } from '../errors/catalogue.ts';
import type { HttpResponse } from '../host/http-request.ts';

/** The body of a registry's error (distribution-spec 1.1, "Error Codes"). */
const errorBodySchema = z.looseObject({
  errors: z.array(z.looseObject({ code: z.string().default(''), message: z.string().default('') })),
});

const maxErrorBytes = 64 * 1024;

/** Reads at most `maxBytes` of a body; `undefined` when there is more. */
export async function readLimited(
  body: AsyncIterable<unknown>,
  maxBytes: number,
): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of body) {
    const bytes = chunk as Uint8Array;
    sizeBytes += bytes.byteLength;
    if (sizeBytes > maxBytes) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** What the registry itself says of an error, on one line. */
async function explanation(response: HttpResponse): Promise<string> {
  const bytes = await readLimited(response.body, maxErrorBytes).catch(() => undefined);
  try {
    const { errors } = errorBodySchema.parse(JSON.parse(bytes?.toString('utf8') ?? ''));
    return errors
      .map(({ code, message }) => `${code.toLowerCase().replaceAll('_', ' ')}: ${message}`)
      .join('; ');
  } catch {
    // Proxies answer with pages of their own.
    return `status ${response.status}`;
  }
}

/** What was asked for, as the error is to name it. */
export interface AskedFor {
  /** The image's name as the user knows it. */
  readonly name: string;
  /** Repository without tag, in familiar form. */
  readonly repository: string;
  readonly url: string;
  readonly what: 'manifest' | 'blob' | 'probe' | 'token';
}

/** Turns an answer that is not what was wanted into the error to report. Reads its body. */
export async function errorOfResponse(
  response: HttpResponse,
  asked: AskedFor,
): Promise<BerthError> {
  const said = await explanation(response);
  const details = { status: response.status, url: asked.url };
  switch (response.status) {
    case 401:
    case 403:
      return new BerthError('REGISTRY_UNAUTHORIZED', {
        message: `pull access denied for ${asked.repository}, repository does not exist or may require 'docker login': ${said}`,
        remedy: 'Check the name, or log in to the registry with an account that may read it.',
        details,
      });
    case 404:
      return new BerthError('MANIFEST_UNKNOWN', {
        message: `manifest for ${asked.name} not found: ${said}`,
        remedy: 'Check the name and the tag.',
        details,
      });
    case 429:
      return new BerthError('REGISTRY_RATE_LIMITED', {
        message: `too many requests to "${asked.url}": ${said}`,
        remedy: 'Wait, log in for a higher limit, or configure a mirror.',
        details: { ...details, retryAfter: response.headers['retry-after'] },
      });
    default:
      return new BerthError('REGISTRY_REFUSED', {
        message: `unexpected status ${response.status} from GET "${asked.url}": ${said}`,
        remedy: 'Try again later, or use another registry or mirror.',
        details,
      });
  }
}

/** Turns a failed connection into the error to report; what is already one, and an abort, stay as they are. */
export function toRegistryError(
  error: unknown,
  url: string,
  signal: AbortSignal | undefined,
): unknown {
  if (isBerthError(error) || signal?.aborted === true) return error;
  return new BerthError('REGISTRY_UNREACHABLE', {
    message: `Get "${url}": ${messageOf(error)}`,
    remedy:
      'Check the network, DNS and proxy of this host, or configure a registry mirror that it can reach.',
    details: { url },
    cause: error,
  });
}

/** An answer that the specification does not allow. */
export function invalidResponse(url: string, why: string): BerthError {
  return registryError('REGISTRY_RESPONSE_INVALID', `GET "${url}": ${why}`);
}

/** An error of a source that delivers what is not right. */
export function registryError(code: ErrorCode, message: string, cause?: unknown): BerthError {
  return new BerthError(code, {
    message,
    remedy:
      'Try again; when it happens again, use another registry or mirror, and tell its operator.',
    cause,
  });
}
