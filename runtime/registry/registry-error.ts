import { BerthError, isBerthError, messageOf } from '../errors/berth-error.ts';
import type { ErrorCode } from '../errors/catalogue.ts';
import type { HttpRequest, HttpResponse } from '../host/http-request.ts';
import { explanationOf } from './registry-answer.ts';

/** What was asked for, as the error is to name it. */
export interface AskedFor {
  /** Repository without tag, in familiar form. */
  readonly repository: string;
  readonly method: HttpRequest['method'];
  readonly url: string;
  /** The manifest's or the blob's name in full; others need none. */
  readonly name?: string | undefined;
  readonly what: 'manifest' | 'blob' | 'upload' | 'probe' | 'token' | 'list';
  /** What the client is there for. */
  readonly access: 'pull' | 'push';
  /** `none` when there was nobody to log in as. */
  readonly credentials?: 'none' | 'given';
}

/**
 * Turns an answer that is not what was wanted into the error to report, in the words of Docker. Reads its body.
 * `details.status` is the status, `details.retryAfter` what the registry says of when to come again.
 */
export async function errorOfResponse(
  response: HttpResponse,
  asked: AskedFor,
): Promise<BerthError> {
  const { text: said, codes } = await explanationOf(response);
  const details = {
    status: response.status,
    url: asked.url,
    codes,
    retryAfter: response.headers['retry-after'],
  };
  switch (response.status) {
    case 401:
    case 403:
      return new BerthError('REGISTRY_UNAUTHORIZED', {
        ...refusal(asked, isUnanswered(response, asked) ? 'no basic auth credentials' : said),
        details,
      });
    case 404:
      return notFound(asked, said, details);
    case 429:
      return new BerthError('REGISTRY_RATE_LIMITED', {
        message: `too many requests to "${asked.url}": ${said}`,
        remedy: 'Wait, log in for a higher limit, or configure a mirror.',
        details,
      });
    default:
      return new BerthError('REGISTRY_REFUSED', {
        message: `unexpected status ${response.status} from ${asked.method} "${asked.url}": ${said}`,
        remedy: 'Try again later, or use another registry or mirror.',
        details,
      });
  }
}

/** Whether user and password are all that the registry wants, and we have none. */
function isUnanswered({ status, headers }: HttpResponse, { credentials }: AskedFor): boolean {
  const isBasic = /^basic\b/i.test(headers['www-authenticate'] ?? '');
  return status === 401 && isBasic && credentials === 'none';
}

function refusal(
  { access, repository }: AskedFor,
  said: string,
): { message: string; remedy: string } {
  return access === 'pull'
    ? {
        message: `pull access denied for ${repository}, repository does not exist or may require 'docker login': ${said}`,
        remedy: 'Check the name, or log in to the registry with an account that may read it.',
      }
    : {
        message: said,
        remedy: `Check the name, or log in to the registry with an account that may push to "${repository}".`,
      };
}

function notFound(
  { what, name = '', method, url, repository }: AskedFor,
  said: string,
  details: { readonly codes: readonly string[] },
): BerthError {
  if (what === 'manifest') {
    const isUnknown = details.codes.includes('NAME_UNKNOWN');
    const subject = isUnknown ? `repository ${repository}` : `manifest for ${name}`;
    return new BerthError('MANIFEST_UNKNOWN', {
      message: `${subject} not found: ${said}`,
      remedy: 'Check the name and the tag.',
      details,
    });
  }
  if (what === 'blob') {
    return new BerthError('BLOB_UNKNOWN', {
      message: `blob "${name}" of ${repository} not found: ${said}`,
      remedy: 'Push the image again, or use another registry or mirror.',
      details,
    });
  }
  return new BerthError('REGISTRY_REFUSED', {
    message: `unexpected status 404 from ${method} "${url}": ${said}`,
    remedy: 'Check that this is a registry, and the name of the repository.',
    details,
  });
}

/**
 * Turns a failed connection into the error to report; what is already one, and an abort, stay as they are.
 *
 * @param method For the message, which begins as Docker's: `Get "https://...": `.
 */
export function toRegistryError(
  error: unknown,
  url: string,
  signal: AbortSignal | undefined,
  method: HttpRequest['method'] = 'GET',
): unknown {
  if (isBerthError(error) || signal?.aborted === true) return error;
  const verb = `${method.slice(0, 1)}${method.slice(1).toLowerCase()}`;
  return new BerthError('REGISTRY_UNREACHABLE', {
    message: `${verb} "${url}": ${messageOf(error)}`,
    remedy:
      'Check the network, DNS and proxy of this host, or configure a registry mirror that it can reach.',
    details: { url },
    cause: error,
  });
}

/** An answer that the specification does not allow. */
export function invalidResponse(url: string, why: string): BerthError {
  return registryError('REGISTRY_RESPONSE_INVALID', `"${url}": ${why}`);
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
