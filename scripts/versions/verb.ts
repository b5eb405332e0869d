import type { Command } from 'commander';
import { dockerCliMessages as m } from '../../messages/areas/docker-cli.ts';
import { repositoryMessages as r } from '../../messages/areas/repositories.ts';
import { messageOf } from '../../messages/error-words.ts';
import { isBerthError } from '../../runtime/errors/berth-error.ts';
import type { Verb, VerbContext } from '../cli/verb.ts';
import { berthVersion } from '../cli/version.ts';
import { thisHost } from '../host/provision-host.ts';
import { chosenPackageMirror } from '../mirrors/choose.ts';
import { parseFingerprint } from '../repositories/key-option.ts';
import { dockerCliVersions } from './docker-cli-versions.ts';
import { renderVersions, type Versions } from './render-versions.ts';

interface VersionsOptions {
  readonly dockerCli?: true;
  readonly json?: true;
  readonly mirror?: string;
  readonly dockerCeKey?: string;
}

/** `berth versions`: berth's own version, and the versions of the Docker client that can be installed. */
export const versionsVerb: Verb = {
  define: (command: Command) => {
    command
      .option('--docker-cli', m.optionVersionsCli())
      .option('--json', m.optionVersionsJson())
      .option('--mirror <url>', m.optionVersionsMirror())
      .option('--docker-ce-key <fingerprint>', r.optionKey(), parseFingerprint);
  },
  run: async (context, command) => {
    const options = command.opts<VersionsOptions>();
    const versions: Versions = {
      ...(options.dockerCli === true ? {} : { berth: berthVersion() }),
      dockerCli: await clientVersions(options, context),
    };
    const text =
      options.json === true
        ? `${JSON.stringify(versions, undefined, 2)}\n`
        : renderVersions(versions);
    await context.console.output.write(text);
    return 0;
  },
};

/** Whoever asks for berth's own version gets it, also where no repository answers. */
async function clientVersions(
  options: VersionsOptions,
  context: VerbContext,
): Promise<Versions['dockerCli']> {
  try {
    const root = await mirrorRoot(options.mirror, context);
    const { signal } = context;
    return await dockerCliVersions(thisHost, {
      signal,
      ...(root === undefined ? {} : { mirror: root }),
      ...(options.dockerCeKey === undefined ? {} : { keys: [options.dockerCeKey] }),
    });
  } catch (error) {
    const isAsked = options.dockerCli === true || options.mirror !== undefined;
    if (isAsked || !isBerthError(error) || context.signal.aborted) throw error;
    return { unavailable: messageOf(error) };
  }
}

async function mirrorRoot(
  mirror: string | undefined,
  { clock, signal, console }: VerbContext,
): Promise<string | undefined> {
  if (mirror === undefined || /^https?:\/\//.test(mirror)) return mirror;
  const choice = await chosenPackageMirror([`packages=${mirror}`], {
    host: thisHost,
    clock,
    signal,
    tell: (line) => void console.errors.write(`${line}\n`),
  });
  return choice?.root;
}
