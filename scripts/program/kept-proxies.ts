import { z } from 'zod';
import { hasErrno, readTextIfExists } from '../../runtime/host/files.ts';
import { parseEnvironmentFile } from '../../templates/environment-file.ts';
import { places } from '../host/places.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import { passedOn } from './daemon-command.ts';

/** Variables, as `process.env` has them. */
type Environment = Readonly<Record<string, string | undefined>>;

const supervised = z.looseObject({ environment: z.array(z.string()) });

/**
 * The variables that the daemon's proxies are taken from. Where the environment says nothing of proxies, those of the service
 * that is set up stay: sudo and cron hand on none, and a later `up` from there is not to cut the daemon off. An empty variable
 * says something: no proxy.
 */
export async function withKeptProxies(env: Environment, host: ProvisionHost): Promise<Environment> {
  if (passedOn.some((name) => env[name] !== undefined)) return env;
  const variables = (await presentEnvironment(host)).map((variable) => {
    const [name = '', ...value] = variable.split('=');
    return [name, value.join('=')] as const;
  });
  return Object.fromEntries(
    variables.filter(([name]) => passedOn.some((proxyVariable) => proxyVariable === name)),
  );
}

/** What the service's definition has, whichever manager it is for; nothing for who may not read it (`up --dry-run`). */
async function presentEnvironment(host: ProvisionHost): Promise<readonly string[]> {
  try {
    const file = await readTextIfExists(host.path(places.daemonEnvironment));
    if (file !== undefined) return parseEnvironmentFile(file);
    const service = await readTextIfExists(host.path(places.supervisedService));
    return service === undefined ? [] : supervised.parse(JSON.parse(service)).environment;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return [];
    if (hasErrno(error, 'EACCES')) return [];
    throw error;
  }
}
