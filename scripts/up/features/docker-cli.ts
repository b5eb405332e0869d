import { Option } from 'commander';
import { dockerCliMessages as m } from '../../../messages/areas/docker-cli.ts';
import { repositoryMessages as r } from '../../../messages/areas/repositories.ts';
import { places } from '../../host/places.ts';
import { chosenPackageMirror } from '../../mirrors/choose.ts';
import { packageManagerOf } from '../../packages/index.ts';
import { readDistribution } from '../../repositories/distribution.ts';
import { clientSources } from '../../repositories/docker-cli/client-plan.ts';
import { planClient } from '../../repositories/docker-cli/plan-client.ts';
import { dockerCliPackage } from '../../repositories/find-docker-repository.ts';
import { parseFingerprint } from '../../repositories/key-option.ts';
import { openWebFiles } from '../../repositories/indexes/web-files.ts';
import { nothingPlanned, type FeatureEnvironment, type UpFeature } from './feature.ts';

interface DockerCliOptions {
  readonly withDockerCli?: (typeof clientSources)[number];
  readonly dockerCliVersion?: string;
  readonly dockerCeKey?: string;
  readonly socket?: string;
  readonly dockerSocket?: true;
  /** Of the feature `mirror`. */
  readonly mirror?: readonly string[];
}

/** `berth up --with-docker-cli [docker-ce|distribution|auto] [--docker-cli-version VERSION]`. */
export const dockerCli: UpFeature = {
  name: 'docker-cli',
  define: (command) => {
    command
      .addOption(
        new Option('--with-docker-cli [source]', m.optionWith())
          .choices(clientSources)
          .preset('auto'),
      )
      .option('--docker-cli-version <version>', m.optionVersion())
      .option('--docker-ce-key <fingerprint>', r.optionKey(), parseFingerprint);
  },
  request: (raw) => {
    const source = sourceOf(raw);
    const { dockerCliVersion, dockerCeKey }: DockerCliOptions = raw;
    if (source === undefined) return {};
    return {
      withDockerCli: source,
      ...(dockerCliVersion === undefined ? {} : { dockerCliVersion }),
      ...(dockerCeKey === undefined ? {} : { dockerCeKey }),
    };
  },
  plan: async (raw, env) => {
    const options: DockerCliOptions = raw;
    const source = sourceOf(raw);
    if (source === undefined) return nothingPlanned;
    const mirror = await mirrorFor(options, env);
    const files = openWebFiles(env.context.signal);
    try {
      const plan = await planClient(source, {
        host: env.host,
        manager: await packageManagerOf(env.host, [dockerCliPackage]),
        distribution: await readDistribution(env.host),
        files,
        tell: env.tell,
        ...(mirror === undefined ? {} : { mirror }),
        ...(options.dockerCeKey === undefined ? {} : { keys: [options.dockerCeKey] }),
        ...(options.dockerCliVersion === undefined ? {} : { version: options.dockerCliVersion }),
      });
      // Before the engine: what a mirror does not have is better known early.
      return {
        ...nothingPlanned,
        before: plan.steps,
        summary: [...plan.notes, ...hints(options)],
      };
    } finally {
      files.close();
    }
  },
};

/** A version alone is a wish for the client, too. */
function sourceOf(raw: Readonly<Record<string, unknown>>): DockerCliOptions['withDockerCli'] {
  const { withDockerCli, dockerCliVersion }: DockerCliOptions = raw;
  return withDockerCli ?? (dockerCliVersion === undefined ? undefined : 'auto');
}

/** The mirror of docker-ce that `--mirror` names or finds. */
async function mirrorFor(
  { mirror, dockerCeKey }: DockerCliOptions,
  { host, context, tell }: FeatureEnvironment,
): Promise<string | undefined> {
  if (mirror === undefined) return undefined;
  // A mirror with a key of its own fails every test for Docker's, so it is taken at its word.
  const url = mirror.map((word) => /^(?:packages=)?(https?:\/\/.+)$/.exec(word)?.[1]).at(0);
  if (dockerCeKey !== undefined && url !== undefined) return url;
  const { clock, signal } = context;
  return (await chosenPackageMirror(mirror, { host, clock, signal, tell }))?.root;
}

/** How the client finds berth. Contexts belong to a person, so making one is theirs. */
function hints({ socket = places.apiSocket, dockerSocket }: DockerCliOptions): readonly string[] {
  return dockerSocket === true
    ? [m.hintSocket({ socket: places.dockerSocket })]
    : [m.hintContext({ socket }), m.hintHost({ socket })];
}
