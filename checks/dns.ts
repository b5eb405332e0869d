import { checkReachMessages as m } from '../messages/areas/checks-reach.ts';
import type { DnsAnswer } from '../runtime/host/dns.ts';
import { proxyChoice } from '../runtime/host/http-proxy.ts';
import type { Check } from './check.ts';
import type { CheckContext } from './context.ts';
import type { Outcome } from './finding.ts';
import { readNameServers } from './probes/name-servers.ts';
import { joinClauses, joinSentences } from './probes/join-texts.ts';

/** A name that every host that pulls images has to resolve. */
const knownName = 'registry-1.docker.io';
const slowMs = 1000;
/** The longest `dnsTimeoutMs` that the check itself waits for. */
const longestAnswerMs = 5000;

/**
 * Public name servers that are offered where the host's own are dead or slow: two in China, three elsewhere. Asked only
 * then, so that the remedy names servers that do answer from here.
 */
const others = ['223.5.5.5', '119.29.29.29', '1.1.1.1', '8.8.8.8', '9.9.9.9'];
const othersTimeoutMs = 1500;

interface Answered {
  readonly server: string;
  readonly answer: DnsAnswer;
}

/** Whether each name server answers, and how fast. */
export const dns: Check = {
  id: 'dns',
  title: m.dnsTitle,
  group: 'network',
  wanted: () => m.dnsWanted({ name: knownName, slowMs }),
  why: m.dnsWhy,
  severity: 'warn',
  privilege: 'none',
  waits: true,
  timeoutMs: longestAnswerMs + othersTimeoutMs + 15_000,
  async probe(context) {
    const found = await readNameServers(context.files);
    if (found === undefined || found.servers.length === 0) {
      const seen = found === undefined ? m.dnsNoFile() : m.dnsNoServer();
      const remedy = await withOthers(context, { remedy: m.dnsWrite(), tried: [] });
      return { status: deadStatus(context), seen, remedy };
    }
    const timeoutMs = Math.min(context.dnsTimeoutMs, longestAnswerMs);
    const answered = await askAll(context, { servers: found.servers, timeoutMs });
    const details = { name: knownName, servers: answered, ...loopbackDetails(found) };
    return { ...(await judge(context, answered, noteOf(found.loopback))), details };
  },
};

function askAll(
  { askDns, signal }: CheckContext,
  asked: { readonly servers: readonly string[]; readonly timeoutMs: number },
): Promise<readonly Answered[]> {
  const options = {
    name: knownName,
    timeoutMs: asked.timeoutMs,
    ...(signal === undefined ? {} : { signal }),
  };
  return Promise.all(
    asked.servers.map(async (server) => ({ server, answer: await askDns({ server, ...options }) })),
  );
}

async function judge(
  context: CheckContext,
  answered: readonly Answered[],
  note: string | undefined,
): Promise<Outcome> {
  const seen = joinClauses(answered.map(describe));
  const good = answered.filter(({ answer }) => answer.kind === 'addresses');
  const bad = answered.filter(({ answer }) => answer.kind === 'error').map(({ server }) => server);
  const slow = good.filter(({ answer }) => answer.elapsedMs >= slowMs).map(({ server }) => server);
  const tried = answered.map(({ server }) => server);
  if (good.length === 0 && isThroughProxy(context)) {
    return { status: 'warn', seen, remedy: m.dnsProxied({ servers: list(bad) }) };
  }
  if (good.length === 0) {
    const remedy = await withOthers(context, { remedy: m.dnsDead({ servers: list(bad) }), tried });
    return { status: deadStatus(context), seen, remedy };
  }
  if (bad.length + slow.length > 0) {
    const parts = [
      ...(bad.length > 0 ? [m.dnsReplace({ servers: list(bad) })] : []),
      ...(slow.length > 0 ? [m.dnsSlow({ servers: list(slow) })] : []),
    ];
    return {
      status: 'warn',
      seen,
      remedy: await withOthers(context, { remedy: joinSentences(parts), tried }),
    };
  }
  return { status: 'pass', seen, ...(note === undefined ? {} : { note }) };
}

/** Adds to a remedy which other servers answer, the fastest first; nothing where the way out is closed. */
async function withOthers(
  context: CheckContext,
  trouble: { readonly remedy: string; readonly tried: readonly string[] },
): Promise<string> {
  const servers = others.filter((server) => !trouble.tried.includes(server));
  const good = (await askAll(context, { servers, timeoutMs: othersTimeoutMs }))
    .filter(({ answer }) => answer.kind === 'addresses')
    .sort((one, other) => one.answer.elapsedMs - other.answer.elapsedMs)
    .map(({ server, answer: { elapsedMs } }) => m.dnsOther({ server, elapsedMs }));
  if (good.length === 0) return trouble.remedy;
  return joinSentences([trouble.remedy, m.dnsOthers({ servers: good.join(', ') })]);
}

/** Whether a proxy looks up the names of registries: behind one, the host's own servers often know names nearby only. */
function isThroughProxy({ environment }: CheckContext): boolean {
  try {
    return proxyChoice({}, environment)(new URL(`https://${knownName}/`)) !== undefined;
  } catch {
    // No URL, of which the check `proxy` tells.
    return false;
  }
}

/** A host on which everything is there already runs without names. */
function deadStatus({ download }: CheckContext): 'warn' | 'fail' {
  return download === 'needed' ? 'fail' : 'warn';
}

function describe({ server, answer }: Answered): string {
  const { elapsedMs } = answer;
  if (answer.kind === 'addresses') return m.dnsAnswered({ server, elapsedMs });
  const { code } = answer;
  if (code === 'ETIMEOUT') return m.dnsSilent({ server, elapsedMs });
  if (code === 'ENOTFOUND' || code === 'ENODATA') return m.dnsUnknownName({ server, elapsedMs });
  return m.dnsUnasked({ server, code });
}

function noteOf(loopback: readonly string[]): string | undefined {
  return loopback.length === 0 ? undefined : m.dnsLoopback({ servers: list(loopback) });
}

function loopbackDetails(found: {
  readonly loopback: readonly string[];
  readonly upstream: readonly string[];
}): object {
  return found.loopback.length === 0 ? {} : { loopback: found.loopback, upstream: found.upstream };
}

function list(servers: readonly string[]): string {
  return servers.map((server) => `"${server}"`).join(', ');
}
