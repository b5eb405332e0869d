import type { DnsAnswer } from '../runtime/host/dns.ts';
import type { Check } from './check.ts';
import type { CheckContext } from './context.ts';
import type { Outcome } from './finding.ts';
import { readNameServers } from './probes/name-servers.ts';

/** A name that every host that pulls images has to resolve. */
const knownName = 'registry-1.docker.io';
const slowMs = 1000;
/** The longest `dnsTimeoutMs` that the check itself waits for. */
const longestAnswerMs = 8000;

interface Answered {
  readonly server: string;
  readonly answer: DnsAnswer;
}

/** Whether each name server answers, and how fast. */
export const dns: Check = {
  id: 'dns',
  title: 'Name service',
  group: 'network',
  wanted: `each name server resolves "${knownName}" in less than ${slowMs} ms`,
  why: 'Registries and package mirrors are found by name; one dead server makes every look-up wait.',
  severity: 'warn',
  privilege: 'none',
  timeoutMs: longestAnswerMs + 1000,
  async probe(context) {
    const found = await readNameServers(context.files);
    if (found === undefined || found.servers.length === 0) {
      return {
        status: deadStatus(context),
        seen: found === undefined ? 'no /etc/resolv.conf' : 'no name server in /etc/resolv.conf',
        remedy:
          'Write a line such as "nameserver 192.0.2.1", with the address of your name server.',
      };
    }
    const answered = await Promise.all(
      found.servers.map(async (server) => ({
        server,
        answer: await ask(context, server),
      })),
    );
    const details = { name: knownName, servers: answered, ...loopbackDetails(found) };
    return { ...judge(context, answered, noteOf(found.loopback)), details };
  },
};

function ask(context: CheckContext, server: string): Promise<DnsAnswer> {
  const timeoutMs = Math.min(context.dnsTimeoutMs, longestAnswerMs);
  const signal = context.signal === undefined ? {} : { signal: context.signal };
  return context.askDns({ server, name: knownName, timeoutMs, ...signal });
}

function judge(
  context: CheckContext,
  answered: readonly Answered[],
  note: string | undefined,
): Outcome {
  const seen = answered.map(describe).join('; ');
  const good = answered.filter(({ answer }) => answer.kind === 'addresses');
  const bad = answered.filter(({ answer }) => answer.kind === 'error').map(({ server }) => server);
  const slow = good.filter(({ answer }) => answer.elapsedMs >= slowMs).map(({ server }) => server);
  if (good.length === 0) {
    return {
      status: deadStatus(context),
      seen,
      remedy: `Nothing can be downloaded by name: see that ${list(bad)} can be reached and passes on questions about public names, or put another name server into /etc/resolv.conf.`,
    };
  }
  if (bad.length + slow.length > 0) {
    const parts = [
      ...(bad.length > 0 ? [`replace ${list(bad)}, which did not resolve the name`] : []),
      ...(slow.length > 0 ? [`put a faster server before ${list(slow)}`] : []),
    ];
    return { status: 'warn', seen, remedy: `In /etc/resolv.conf, ${parts.join('; ')}.` };
  }
  return { status: 'pass', seen, ...(note === undefined ? {} : { note }) };
}

/** A host on which everything is there already runs without names. */
function deadStatus({ download }: CheckContext): 'warn' | 'fail' {
  return download === 'needed' ? 'fail' : 'warn';
}

function describe({ server, answer }: Answered): string {
  if (answer.kind === 'addresses') return `"${server}" answered in ${answer.elapsedMs} ms`;
  const { code, elapsedMs } = answer;
  if (code === 'ETIMEOUT') return `"${server}" did not answer in ${elapsedMs} ms`;
  if (code === 'ENOTFOUND' || code === 'ENODATA') {
    return `"${server}" answered in ${elapsedMs} ms, but does not know the name`;
  }
  return `"${server}" could not be asked (${code})`;
}

function noteOf(loopback: readonly string[]): string | undefined {
  if (loopback.length === 0) return undefined;
  return `${list(loopback)} is on loopback, where containers cannot reach it: they get the servers behind it.`;
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
