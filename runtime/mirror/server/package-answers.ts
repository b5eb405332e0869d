import { BerthError } from '../../errors/berth-error.ts';
import { catalogueEntry } from '../../errors/catalogue.ts';
import { parsePackagePath } from '../packages/package-request.ts';
import type { Packages } from '../packages/packages.ts';
import type { Answer } from './answer.ts';
import { revalidationFailed } from './warning.ts';

/** Answers a GET or HEAD below `/packages/`. Does not throw for what a client may ask. */
export async function answerPackage(
  url: { readonly path: string; readonly search: string },
  packages: Packages,
  cacheControl: string,
): Promise<Answer> {
  const request = parsePackagePath(url.path);
  if (request === undefined || url.search !== '')
    return text(400, 'wanted /packages/<host>/<path of a file>');
  try {
    const trust = /no-cache/i.test(cacheControl) ? 'revalidate' : 'kept';
    const file = await packages.open(request, trust);
    if (file.kind === 'missing') return text(file.status, `"${request.host}" does not have it`);
    const { etag, 'last-modified': lastModified, ...headers } = file.headers;
    return {
      kind: 'content',
      headers: { ...headers, ...(file.freshness === 'stale' ? revalidationFailed : {}) },
      content: file.content,
      etag,
      lastModified,
    };
  } catch (error) {
    if (!(error instanceof BerthError)) throw error;
    const { http } = catalogueEntry(error.code);
    return text(http === 403 ? 403 : 502, error.message);
  }
}

function text(status: number, body: string): Answer {
  return {
    kind: 'text',
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: `${body}\n`,
  };
}
