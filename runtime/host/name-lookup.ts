import { Resolver } from 'node:dns/promises';
import { hasErrno } from './files.ts';

/** What name servers say of a name. */
export type NameAnswer =
  | { readonly kind: 'known' }
  /** `code`: of Node.js, such as `ENOTFOUND`, `ETIMEOUT`, `ESERVFAIL`. */
  | { readonly kind: 'failed'; readonly code: string };

/** How name servers are asked. */
export interface NameLookupOptions {
  /** Addresses, with ports when they are not 53; those of resolv.conf(5) when absent. */
  readonly servers?: readonly string[];
  /** Of one try; there are two. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * Asks the host's name servers whether a name has an address. Connections look names up with getaddrinfo(3), which
 * blocks one of libuv's four threads: four names whose server does not answer keep all others waiting. This takes no
 * thread, so that many names can be looked up at once, and those with no answer be left out. Does not throw.
 */
export async function lookUpName(name: string, options: NameLookupOptions): Promise<NameAnswer> {
  const { servers, timeoutMs, signal } = options;
  const resolver = new Resolver({ timeout: timeoutMs, tries: 2 });
  if (servers !== undefined) resolver.setServers([...servers]);
  const cancel = (): void => {
    resolver.cancel();
  };
  signal.addEventListener('abort', cancel);
  try {
    await Promise.any([resolver.resolve4(name), resolver.resolve6(name)]);
    return { kind: 'known' };
  } catch (error) {
    return { kind: 'failed', code: worstCode(error) };
  } finally {
    // The slower of the two questions is of no use any more.
    resolver.cancel();
    signal.removeEventListener('abort', cancel);
  }
}

/** A name that has no address of one kind says nothing of the other. */
function worstCode(error: unknown): string {
  const all: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
  const telling = all.find((each) => !hasErrno(each, 'ENODATA', 'ENOTFOUND'));
  const one = telling ?? all[0];
  return one instanceof Error && 'code' in one ? String(one.code) : 'ENOTFOUND';
}
