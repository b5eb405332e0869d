import { checkReachMessages as m } from '../messages/areas/checks-reach.ts';
import type { HttpAnswer } from '../runtime/host/ask-http.ts';
import { shownProxy } from '../runtime/host/shown-proxy.ts';
import type { Check } from './check.ts';
import type { CheckContext } from './context.ts';
import { httpFailure } from './probes/http-failure.ts';
import { readPackageSources } from './probes/package-sources.ts';
import { registryUrls } from './probes/registry-urls.ts';
import { joinClauses, joinSentences } from './probes/join-texts.ts';
import { findNamedProxy } from './probes/named-proxy.ts';
import { proxySettings, type ProxyVariable } from './probes/proxy-settings.ts';

const askTimeoutMs = 4000;
/** As many of each kind are asked: the first that answers is enough. */
const mostAsked = 4;

interface Asked {
  readonly url: string;
  readonly answer: HttpAnswer;
}

/** Whether packages and images can be had: one source of each answers as it should. */
export const mirrorReach: Check = {
  id: 'mirror.reach',
  title: m.mirrorTitle,
  group: 'network',
  wanted: m.mirrorWanted,
  why: m.mirrorWhy,
  severity: 'warn',
  privilege: 'none',
  waits: true,
  timeoutMs: askTimeoutMs + 15_000,
  async probe(context) {
    const [packages, registries] = await Promise.all([
      askAll(context, await readPackageSources(context.files)),
      askAll(context, await registryUrls(context.files)),
    ]);
    const details = { packages, registries };
    const seen = joinClauses([
      m.mirrorPackages({ list: describe(packages, isIndex) }),
      m.mirrorRegistries({ list: describe(registries, isRegistry) }),
    ]);
    // A host without sources has no package manager, or needs none.
    const noPackages = packages.length > 0 && !packages.some(isIndex);
    const noRegistry = !registries.some(isRegistry);
    if (!noPackages && !noRegistry) return { status: 'pass', seen, details };
    const remedy = noPackages
      ? noRegistry
        ? m.mirrorBothRemedy()
        : m.mirrorPackagesRemedy()
      : m.mirrorRegistriesRemedy();
    const advice = await proxyAdvice(context, [...packages, ...registries]);
    return { status: 'warn', seen, remedy: joinSentences([...advice, remedy]), details };
  },
};

/** What to do about proxies where nobody answers at all and none is set: then a proxy may well be the only way out. */
async function proxyAdvice(
  { environment, files }: CheckContext,
  asked: readonly Asked[],
): Promise<readonly string[]> {
  const isAnswered = asked.some(({ answer }) => answer.kind === 'answer');
  if (isAnswered || proxySettings(environment).some(isProxy)) return [];
  const named = await findNamedProxy(files);
  if (named === undefined) return [m.mirrorProxyAdvice()];
  return [m.mirrorProxyFound({ where: named.path, proxy: shownProxy(named.proxy) })];
}

function isProxy({ name, value }: ProxyVariable): boolean {
  return name !== 'NO_PROXY' && value !== '';
}

function askAll(context: CheckContext, urls: readonly string[]): Promise<readonly Asked[]> {
  const { askHttp, signal } = context;
  const options = {
    timeoutMs: askTimeoutMs,
    certificates: 'verified',
    ...(signal === undefined ? {} : { signal }),
  } as const;
  return Promise.all(
    urls.slice(0, mostAsked).map(async (url) => ({
      url,
      answer: await askHttp({ url, ...options }),
    })),
  );
}

/** An index is there, or moved; folders of other kinds of repositories may refuse to be listed. */
function isIndex({ url, answer }: Asked): boolean {
  if (answer.kind === 'error') return false;
  const mostly = url.endsWith('/InRelease') ? 400 : 404;
  return answer.status < mostly;
}

/** distribution-spec 1.1, section "Determining support": 200, or 401 with where to get a token. */
function isRegistry({ answer }: Asked): boolean {
  return answer.kind === 'answer' && [200, 401].includes(answer.status);
}

function describe(asked: readonly Asked[], isGood: (asked: Asked) => boolean): string {
  if (asked.length === 0) return m.mirrorNoSources();
  return asked
    .map((one) => {
      const { host } = new URL(one.url);
      if (one.answer.kind === 'error')
        return m.mirrorSilent({ host, why: httpFailure(one.answer.code) });
      const { status, elapsedMs } = one.answer;
      return isGood(one) ? m.mirrorAnswers({ host, elapsedMs }) : m.mirrorStatus({ host, status });
    })
    .join(', ');
}
