import { homedir } from 'node:os';
import { join } from 'node:path';
import { BerthError } from '../../errors/berth-error.ts';
import { readTextIfExists } from '../../host/files.ts';
import { defaultAddress, parseEndpoint, type Endpoint } from '../client/endpoint.ts';
import { dockerConfigPath } from '../credentials/docker-config.ts';
import { chooseContext, type Named } from './choose-context.ts';
import { ContextStore, defaultContext, type ContextTls } from './context-store.ts';
import { sshCommand } from './ssh-command.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** An address, and what it takes to get there by TLS; `undefined`: nothing is known of that. */
interface Place {
  readonly address: string;
  readonly tls: (ContextTls & { readonly unverified: boolean }) | undefined;
}

/**
 * Finds the daemon that a command line and its environment mean.
 *
 * @throws ENDPOINT_INVALID, CONTEXT_NOT_FOUND, CONTEXT_INVALID, OPTION_INVALID, CREDENTIALS_FILE_INVALID
 */
export async function resolveEndpoint(named: Named, env: Environment): Promise<Endpoint> {
  const choice = await chooseContext(named, env);
  if (choice.kind === 'address') return endpointAt(await placeFor(choice.address, env));
  if (choice.name !== defaultContext) return endpointAt(await placeOf(choice.name, env));
  const address = env['BERTH_HOST'] || env['DOCKER_HOST'] || defaultAddress;
  return endpointAt(await placeFor(address, env));
}

async function placeOf(name: string, env: Environment): Promise<Place> {
  const store = new ContextStore(dockerConfigPath(env));
  const { host, skipTlsVerify } = await store.get(name);
  const tls = await store.tls(name);
  const isTls = tls.authority !== undefined || tls.certificate !== undefined || skipTlsVerify;
  return { address: host, tls: isTls ? { ...tls, unverified: skipTlsVerify } : undefined };
}

/** DOCKER_TLS_VERIFY and DOCKER_CERT_PATH, as docker's client reads them. */
async function placeFor(address: string, env: Environment): Promise<Place> {
  if (!address.startsWith('tcp://') || (env['DOCKER_TLS_VERIFY'] ?? '') === '') {
    return { address, tls: undefined };
  }
  const folder = env['DOCKER_CERT_PATH'] || join(env['HOME'] || homedir(), '.docker');
  const read = (name: string): Promise<string | undefined> => readTextIfExists(join(folder, name));
  const [authority, certificate, key] = await Promise.all(
    ['ca.pem', 'cert.pem', 'key.pem'].map(read),
  );
  return { address, tls: { authority, certificate, key, unverified: false } };
}

async function endpointAt({ address, tls }: Place): Promise<Endpoint> {
  if (address.startsWith('ssh://')) {
    const argv = sshCommand(address);
    const { processStream } = await import('../../host/process-stream.ts');
    return { socketPath: '', address, connect: () => processStream(argv) };
  }
  if (!address.startsWith('tcp://')) return parseEndpoint(address);
  const match = /^tcp:\/\/(?:\[([\da-fA-F:.]+)\]|([\w.-]+))(?::(\d{1,5}))?\/?$/.exec(address);
  if (match === null) {
    throw invalid(address, "wanted 'tcp://', a host and a port", 'Correct the address.');
  }
  if (tls === undefined) {
    const remedy =
      'Set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH, or make a context with certificates.';
    throw invalid(address, 'wanted certificates with it: berth speaks no plain TCP', remedy);
  }
  const peer = { host: match[1] ?? match[2] ?? '', port: Number(match[3] ?? '2376'), ...tls };
  const { connectTls } = await import('../../host/tls-client.ts');
  return { socketPath: '', address, connect: () => connectTls(peer) };
}

function invalid(address: string, wanted: string, remedy: string): BerthError {
  return new BerthError('ENDPOINT_INVALID', {
    message: `the daemon's address is '${address}', ${wanted}`,
    remedy,
    details: { address },
  });
}
