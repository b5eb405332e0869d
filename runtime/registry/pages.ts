import { maxManifestBytes } from '../image/manifest.ts';
import { readLimited } from './registry-answer.ts';
import { invalidResponse, toRegistryError } from './registry-error.ts';
import type { RegistrySession } from './registry-session.ts';
import { withRetries } from './request-retries.ts';

/** One page of a list. */
export interface Page {
  readonly bytes: Uint8Array;
  /** Parsed JSON. */
  readonly document: unknown;
}

/** A registry that has more than this does not mean to end. */
const maxPages = 1000;

/**
 * Reads all pages of a list: the next one is where the header Link says (RFC 8288, `rel="next"`).
 *
 * @throws REGISTRY_RESPONSE_INVALID for what is no JSON, too long, without end or elsewhere; and as `send`
 */
export async function readPages(session: RegistrySession, first: URL): Promise<readonly Page[]> {
  const pages: Page[] = [];
  const seen = new Set<string>();
  for (let url: URL | undefined = first; url !== undefined;) {
    if (seen.has(url.href) || seen.size === maxPages)
      throw invalidResponse(first.href, `the list has no end after ${seen.size} pages`);
    seen.add(url.href);
    const { page, next } = await readPage(session, url);
    if (next !== undefined && next.origin !== first.origin)
      throw invalidResponse(first.href, `the list goes on at "${next.href}"; wanted the same host`);
    pages.push(page);
    url = next;
  }
  return pages;
}

function readPage(
  session: RegistrySession,
  url: URL,
): Promise<{ readonly page: Page; readonly next: URL | undefined }> {
  return withRetries(async () => {
    const response = await session.send({ method: 'GET', url, accept: [200], what: 'list' });
    const bytes = await readLimited(response.body, maxManifestBytes).catch((error: unknown) => {
      throw toRegistryError(error, url.href, session.retryPolicy().signal);
    });
    if (bytes === undefined)
      throw invalidResponse(url.href, `the list is longer than ${maxManifestBytes} bytes`);
    const page = { bytes, document: parse(bytes, url) };
    return { page, next: nextPage(response.headers['link'], url) };
  }, session.retryPolicy());
}

function parse(bytes: Buffer, url: URL): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw invalidResponse(url.href, 'the list is no JSON');
  }
}

/** Where a header Link says that the next page is. */
export function nextPage(header: string | string[] | undefined, from: URL): URL | undefined {
  const links = [header ?? ''].flat().join(',');
  for (const [, target = '', parameters = ''] of links.matchAll(/<([^>]*)>([^<]*)/g)) {
    if (/;\s*rel="?(?:[^"]*\s)?next\b/i.test(parameters) && URL.canParse(target, from))
      return new URL(target, from);
  }
  return undefined;
}
