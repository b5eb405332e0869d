import { distributionMirrorMessages as m } from '../../../messages/areas/distribution-mirror.ts';
import { BerthError } from '../../../runtime/errors/berth-error.ts';
import type { ProvisionHost } from '../../host/provision-host.ts';
import { loadCatalogue } from '../../mirrors/catalogue/load-catalogue.ts';
import { packageManagerOf } from '../../packages/index.ts';
import { planDistributionMirror } from '../../repositories/distribution-mirror/plan-switch.ts';
import { readDistribution } from '../../repositories/distribution.ts';
import { openWebFiles } from '../../repositories/indexes/web-files.ts';
import { nothingPlanned, type UpFeature } from './feature.ts';

interface DistributionMirrorOptions {
  readonly distributionMirror?: string;
}

/** `berth up --distribution-mirror URL|NAME`. */
export const distributionMirror: UpFeature = {
  name: 'distribution-mirror',
  define: (command) => {
    command.option('--distribution-mirror <url>', m.option());
  },
  request: (raw) => {
    const options: DistributionMirrorOptions = raw;
    return options.distributionMirror === undefined
      ? {}
      : { distributionMirror: options.distributionMirror };
  },
  verify: async (raw, host) => {
    const { distributionMirror: word }: DistributionMirrorOptions = raw;
    if (word !== undefined) await mirrorNamed(word, host);
  },
  plan: async (raw, env) => {
    const options: DistributionMirrorOptions = raw;
    if (options.distributionMirror === undefined) return nothingPlanned;
    const { url, knownHosts } = await mirrorNamed(options.distributionMirror, env.host);
    const files = openWebFiles(env.context.signal);
    try {
      const { steps, notes } = await planDistributionMirror({
        host: env.host,
        manager: await packageManagerOf(env.host, []),
        distribution: await readDistribution(env.host),
        url,
        knownHosts,
        files,
      });
      return { ...nothingPlanned, before: steps, summary: notes };
    } finally {
      files.close();
    }
  },
};

async function mirrorNamed(
  word: string,
  host: ProvisionHost,
): Promise<{ readonly url: string; readonly knownHosts: readonly string[] }> {
  const { mirrors } = await loadCatalogue(host, undefined);
  const packages = mirrors.filter(({ kind }) => kind === 'packages');
  const knownHosts = packages.map((mirror) => mirror.host);
  if (/^https?:\/\//.test(word) && URL.canParse(word)) return { url: word, knownHosts };
  const named = packages.find(({ name }) => name === word);
  if (named !== undefined) return { url: `${named.scheme}://${named.host}`, knownHosts };
  const known = packages.map(({ name }) => name).join(', ');
  throw new BerthError('USAGE', {
    message: m.mirrorUnknown({ name: word, known }),
    remedy: m.mirrorUnknownRemedy(),
    details: { name: word },
  });
}
