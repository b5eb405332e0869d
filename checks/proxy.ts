import { checkReachMessages as m } from '../messages/areas/checks-reach.ts';
import { isWithoutProxy } from '../runtime/host/no-proxy.ts';
import { shownProxy } from '../runtime/host/shown-proxy.ts';
import type { Check } from './check.ts';
import type { CheckContext } from './context.ts';
import type { Outcome } from './finding.ts';
import { readAddressPools } from './probes/address-pools.ts';
import { readDaemonConfig } from './probes/daemon-config.ts';
import { httpFailure } from './probes/http-failure.ts';
import { networkText } from './probes/ipv4-network.ts';
import { parseProxy, proxySettings, type ProxyVariable } from './probes/proxy-settings.ts';
import { joinClauses, joinSentences } from './probes/join-texts.ts';

const askTimeoutMs = 3000;

/** What is not as it should be, and what to do about it. */
interface Trouble {
  readonly seen: string;
  readonly remedy: string;
}

/** Whether the proxies, where there are some, work and are used for what is far away only. */
export const proxy: Check = {
  id: 'proxy',
  title: m.proxyTitle,
  group: 'network',
  wanted: m.proxyWanted,
  why: m.proxyWhy,
  severity: 'warn',
  privilege: 'none',
  waits: true,
  timeoutMs: askTimeoutMs + 15_000,
  async probe(context): Promise<Outcome> {
    const { proxies: daemon } = await readDaemonConfig(context.files);
    const settings = proxySettings(context.environment);
    const set = settings.filter(({ name, value }) => name !== 'NO_PROXY' && value !== '');
    if (set.length === 0) return { status: 'skip', seen: m.proxyNone() };
    const troubles = [
      ...settings.flatMap(twoCases),
      ...(await Promise.all(set.map((variable) => judgeUrl(context, variable)))).flat(),
      ...settings.flatMap((variable) => daemonDiffers(variable, daemon)),
      ...(await nearbyThrough(context, settings)),
    ];
    const details = { proxies: set.map(({ name, value }) => `${name}=${shownProxy(value)}`) };
    if (troubles.length === 0) {
      const proxies = [...new Set(set.map(({ value }) => `"${shownProxy(value)}"`))].join(', ');
      return { status: 'pass', seen: m.proxyGood({ proxies }), details };
    }
    return {
      status: 'warn',
      seen: joinClauses(troubles.map(({ seen }) => seen)),
      remedy: joinSentences([...new Set(troubles.map(({ remedy }) => remedy))]),
      details,
    };
  },
};

function twoCases({ name, upper, lower }: ProxyVariable): readonly Trouble[] {
  if (upper === undefined || lower === undefined || upper === lower) return [];
  const seen = m.proxyTwoCases({ upper: name, lower: name.toLowerCase() });
  return [{ seen, remedy: m.proxyTwoCasesRemedy() }];
}

/** What says that nobody is there. Anything else does not: a proxy may well refuse a question for itself. */
const dead = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'];

async function judgeUrl(
  { askHttp, signal }: CheckContext,
  { name, value }: ProxyVariable,
): Promise<readonly Trouble[]> {
  const url = parseProxy(value);
  if (url === undefined) {
    const seen = m.proxyNotUrl({ name, value: shownProxy(value) });
    return [{ seen, remedy: m.proxyWriteUrl({ name }) }];
  }
  const answer = await askHttp({
    url: `${url.protocol}//${url.host}/`,
    timeoutMs: askTimeoutMs,
    certificates: 'any',
    ...(signal === undefined ? {} : { signal }),
  });
  if (answer.kind === 'answer' || !dead.includes(answer.code)) return [];
  const seen = m.proxyDead({ proxy: shownProxy(value), why: httpFailure(answer.code) });
  return [{ seen, remedy: m.proxyDeadRemedy() }];
}

/** `berth up` hands the environment on to the daemon; what daemon.json says goes before that. */
function daemonDiffers(
  { name, value }: ProxyVariable,
  daemon: Readonly<Record<string, string>>,
): readonly Trouble[] {
  const key = name.toLowerCase().replace('_', '-');
  const configured = daemon[key];
  if (configured === undefined || configured === value) return [];
  const values = { key, daemon: shownProxy(configured), here: shownProxy(value) };
  return [{ seen: m.proxyDaemonDiffers(values), remedy: m.proxyDaemonRemedy() }];
}

/** Containers, and mirrors at private addresses or bare names, are near: a proxy elsewhere cannot reach them. */
async function nearbyThrough(
  { files }: CheckContext,
  settings: readonly ProxyVariable[],
): Promise<readonly Trouble[]> {
  const noProxy = settings.find(({ name }) => name === 'NO_PROXY')?.value ?? '';
  const { registryMirrors } = await readDaemonConfig(files);
  const [pool] = (await readAddressPools(files)).networks;
  const near = [
    ...(pool === undefined ? [] : [networkText(pool)]),
    ...registryMirrors.filter((url) => URL.canParse(url)).map((mirror) => new URL(mirror).hostname),
  ].filter((name) => name.includes('/') || isNearby(name));
  const through = near.filter((name) => {
    const [host = ''] = name.split('/');
    return !isWithoutProxy(new URL(`http://${host}/`), noProxy);
  });
  if (through.length === 0) return [];
  const names = [...new Set(through)].join(',');
  return [{ seen: m.proxyThrough({ names }), remedy: m.proxyThroughRemedy({ names }) }];
}

function isNearby(host: string): boolean {
  return /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.)|^[^.:]+$|\.(?:local|internal|lan)$/.test(
    host,
  );
}
