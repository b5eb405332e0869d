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
 * The variables that the daemon's proxies are taken from. Of a proxy that the environment says nothing of, in capitals or
 * not, that of the service that is set up stays: sudo and cron hand on none, and a later `up` from there is not to cut the
 * daemon off. An empty variable says something: no proxy.
 */
export async function withKeptProxies(env: Environment, host: ProvisionHost): Promise<Environment> {
  const named = Object.entries(env).filter(([name, value]) => isProxy(name) && value !== undefined);
  const said = new Set(named.map(([name]) => name.toUpperCase()));
  const present = (await presentEnvironment(host)).map((variable) => {
    const [name = '', ...value] = variable.split('=');
    return [name, value.join('=')] as const;
  });
  const kept = present.filter(([name]) => isProxy(name) && !said.has(name.toUpperCase()));
  return Object.fromEntries([...kept, ...named]);
}

const isProxy = (name: string): boolean => passedOn.some((proxyVariable) => proxyVariable === name);

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
