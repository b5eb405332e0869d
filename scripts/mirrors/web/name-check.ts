import { readTextIfExists } from '../../../runtime/host/files.ts';
import { proxyChoice } from '../../../runtime/host/http-proxy.ts';
import { isIP } from '../../../runtime/host/ip-address.ts';
import { lookUpName, type NameAnswer } from '../../../runtime/host/name-lookup.ts';
import { ProbeFailure } from './probe-failure.ts';

/** Lets a request go on, or throws ProbeFailure when its host has no address. */
export type NameCheck = (url: URL, signal: AbortSignal) => Promise<void>;

/** How names are looked up, as tests replace it. */
export interface NameCheckOptions {
  /** Addresses of name servers in the place of the host's. */
  readonly servers?: readonly string[];
  readonly hostsFile?: string;
}

const timeoutMs = 1500;

/**
 * Leaves out hosts that have no address, before a connection to them is begun: its lookup would keep the others waiting
 * (see `lookUpName`). What else than name servers may know a name is let through: hosts(5), mDNS, search lists, a proxy.
 */
export function nameCheck({ servers, hostsFile = '/etc/hosts' }: NameCheckOptions = {}): NameCheck {
  const proxyFor = proxyChoice();
  const hosts = readTextIfExists(hostsFile).catch(() => undefined);
  const answers = new Map<string, Promise<NameAnswer>>();
  return async (url, signal) => {
    const { hostname } = url;
    if (isIP(hostname.replace(/^\[|\]$/g, '')) !== 0 || proxyFor(url) !== undefined) return;
    if (!hostname.includes('.') || hostname.endsWith('.local')) return;
    if (namesOf((await hosts) ?? '').includes(hostname)) return;
    const known = answers.get(hostname);
    const options = { timeoutMs, signal, ...(servers === undefined ? {} : { servers }) };
    const answer = known ?? lookUpName(hostname, options);
    answers.set(hostname, answer);
    const found = await answer;
    // Nobody to ask: then whatever else knows names on this host has to.
    if (found.kind === 'known' || found.code === 'ECONNREFUSED' || signal.aborted) return;
    throw new ProbeFailure({ is: 'unreachable', problem: `${found.code} ${hostname}` });
  };
}

/** Names of a hosts(5) file. */
function namesOf(text: string): readonly string[] {
  return text
    .split('\n')
    .flatMap((line) => line.replace(/#.*/, '').trim().split(/\s+/).slice(1))
    .map((name) => name.toLowerCase());
}
