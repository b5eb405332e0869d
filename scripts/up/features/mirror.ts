import { Option } from 'commander';
import { mirrorMessages as m } from '../../../messages/areas/mirrors.ts';
import { readTextIfExists } from '../../../runtime/host/files.ts';
import { mergeRegistryMirrors, registryMirrorsOf } from '../../../templates/daemon-json.ts';
import { places } from '../../host/places.ts';
import { loadCatalogue } from '../../mirrors/catalogue/load-catalogue.ts';
import { parseWishes } from '../../mirrors/catalogue/wish.ts';
import { chosenRegistryMirrors } from '../../mirrors/choose.ts';
import { backupSteps } from '../../mirrors/use/config-steps.ts';
import {
  nothingPlanned,
  type FeatureOptions,
  type FeaturePlan,
  type UpFeature,
} from './feature.ts';

interface MirrorOptions {
  readonly mirror?: readonly string[];
}

/**
 * `berth up --mirror auto|NAME|URL`: mirrors of Docker Hub into daemon.json. The mirror of packages is `docker-cli`'s to
 * use, which asks `chosenPackageMirror`.
 */
export const mirror: UpFeature = {
  name: 'mirror',
  define: (command) => {
    command.addOption(
      new Option('--mirror <name>', m.upMirrorHelp()).argParser<readonly string[] | undefined>(
        (text, before) => [...(before ?? []), text],
      ),
    );
  },
  request: (raw) => {
    const words = wordsOf(raw);
    return words.length === 0 ? {} : { mirror: words.join(' ') };
  },
  verify: async (raw, host) => {
    parseWishes(wordsOf(raw), await loadCatalogue(host, undefined));
  },
  plan: async (raw, { host, context, tell }) => {
    const words = wordsOf(raw);
    if (words.length === 0) return nothingPlanned;
    const file = {
      path: places.daemonConfig,
      text: await readTextIfExists(host.path(places.daemonConfig)),
    };
    const said: string[] = [];
    const { clock, signal } = context;
    const choice = await chosenRegistryMirrors(words, {
      ...{ host, clock, signal },
      tell: (line) => {
        said.push(line);
        tell(line);
      },
      present: registryMirrorsOf(file),
    });
    if (choice.kind === 'leave') return { ...nothingPlanned, summary: said };
    return configured(choice.kind === 'mirrors' ? choice.urls : [], { file, said, host });
  },
};

async function configured(
  registryMirrors: readonly string[],
  from: {
    readonly file: { readonly path: string; readonly text: string | undefined };
    readonly said: readonly string[];
    readonly host: Parameters<typeof backupSteps>[1];
  },
): Promise<FeaturePlan> {
  const { file, said, host } = from;
  const isSame = mergeRegistryMirrors(file, registryMirrors) === file.text;
  return {
    before: isSame ? [] : await backupSteps(file.text, host),
    after: [],
    daemonConfig: { registryMirrors },
    summary: said,
  };
}

function wordsOf(raw: FeatureOptions): readonly string[] {
  const { mirror: words = [] }: MirrorOptions = raw;
  return words;
}
