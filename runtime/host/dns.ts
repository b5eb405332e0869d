import { Resolver } from 'node:dns/promises';

/** One question to one name server. */
export interface DnsQuestion {
  /** Address, with a port when it is not 53: `10.0.0.2`, `127.0.0.1:5353`, `[::1]:5353`. */
  readonly server: string;
  readonly name: string;
  readonly timeoutMs: number;
  /** Gives the question up when aborted: the answer is the error `ECANCELLED`. */
  readonly signal?: AbortSignal;
}

/** What a name server said, and how long it took. */
export type DnsAnswer =
  | {
      readonly kind: 'addresses';
      /** IPv4 addresses. */
      readonly addresses: readonly string[];
      readonly elapsedMs: number;
    }
  | {
      readonly kind: 'error';
      /** Node.js DNS error code, such as `ETIMEOUT` or `ENOTFOUND`. */
      readonly code: string;
      readonly elapsedMs: number;
    };

/**
 * Asks one server, once, for the IPv4 addresses of a name (RFC 1035). The host's other servers and /etc/hosts play
 * no part, so that a dead server is seen even when another one covers for it. Does not throw.
 */
export async function askDnsServer(question: DnsQuestion): Promise<DnsAnswer> {
  const started = performance.now();
  const elapsed = (): number => Math.round(performance.now() - started);
  const resolver = new Resolver({ timeout: question.timeoutMs, tries: 1 });
  const cancel = (): void => {
    resolver.cancel();
  };
  question.signal?.addEventListener('abort', cancel);
  try {
    resolver.setServers([question.server]);
    const addresses = await resolver.resolve4(question.name);
    return { kind: 'addresses', addresses, elapsedMs: elapsed() };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'EUNKNOWN';
    return { kind: 'error', code, elapsedMs: elapsed() };
  } finally {
    question.signal?.removeEventListener('abort', cancel);
  }
}
