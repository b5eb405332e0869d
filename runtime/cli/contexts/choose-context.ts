import { BerthError } from '../../errors/berth-error.ts';
import { optionalText } from '../client/fields.ts';
import { readDockerConfig, dockerConfigPath } from '../credentials/docker-config.ts';
import { defaultContext } from './context-store.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What a command line names. */
export interface Named {
  readonly host?: string | undefined;
  readonly context?: string | undefined;
}

/** An address, or a context by its name. */
export type Choice =
  | { readonly kind: 'address'; readonly address: string }
  | { readonly kind: 'context'; readonly name: string };

const context = (name: string): Choice => ({ kind: 'context', name });

/**
 * Whom to speak to, as docker's client chooses: `--host` or `--context`, DOCKER_HOST, DOCKER_CONTEXT, what `context use`
 * has chosen. BERTH_HOST comes before DOCKER_HOST: it is meant for berth.
 *
 * @throws USAGE for both options, CREDENTIALS_FILE_INVALID
 */
export async function chooseContext(named: Named, env: Environment): Promise<Choice> {
  const { host, context: name } = named;
  if (host !== undefined && name !== undefined) {
    throw new BerthError('OPTION_INVALID', {
      message: 'both --host and --context are there, wanted one of them',
      remedy: 'Leave one out.',
    });
  }
  if (name !== undefined) return context(name);
  const address = host ?? (env['BERTH_HOST'] || env['DOCKER_HOST']);
  if (address !== undefined && address !== '') return { kind: 'address', address };
  return context(env['DOCKER_CONTEXT'] || (await currentContext(env)));
}

/** What `context use` has chosen. @throws CREDENTIALS_FILE_INVALID */
async function currentContext(env: Environment): Promise<string> {
  const { all } = await readDockerConfig(dockerConfigPath(env));
  return optionalText(all, 'currentContext') || defaultContext;
}

/** The name of the context that counts; an address by itself is the default one's. */
export async function contextInUse(env: Environment): Promise<string> {
  const choice = await chooseContext({}, env);
  return choice.kind === 'context' ? choice.name : defaultContext;
}
