import { BerthError, isBerthError } from '../errors/berth-error.ts';
import type { HttpResponse } from '../host/http-request.ts';
import type { RegistryCredentials } from '../image/image-service.ts';
import { parseChallenge } from './auth-challenge.ts';
import type { AuthChallenge } from './auth-challenge.ts';
import { originOf } from './endpoint.ts';
import { explanationOf } from './registry-answer.ts';
import { RegistryChannel } from './registry-channel.ts';
import type { ChannelOptions } from './registry-channel.ts';
import { basicHeader } from './token-service.ts';

/** Hosts that are all Docker Hub: its name, its index, which `docker login` names, and its registry. */
const hubHosts: readonly string[] = ['', 'docker.io', 'index.docker.io', 'registry-1.docker.io'];

/** The registry that an address stands for: `docker.io` for `https://index.docker.io/v1/`. */
export function domainOfServer(server: string): string {
  const host = server.replace(/^https?:\/\//i, '').replace(/\/.*$/, '');
  return hubHosts.includes(host) ? 'docker.io' : host;
}

/**
 * Asks a registry whether it takes credentials, as `docker login` wants to know.
 *
 * @param server Host, or URL.
 * @returns An identity token to keep in place of the password; empty when the registry gives none
 * @throws REGISTRY_LOGIN_REFUSED, REGISTRY_UNREACHABLE, REGISTRY_REFUSED
 */
export async function checkLogin(
  server: string,
  credentials: RegistryCredentials,
  options: ChannelOptions,
): Promise<string> {
  const endpoint = originOf(domainOfServer(server), options.config);
  let problem: unknown;
  for (const transport of endpoint.transports) {
    try {
      return await login(new RegistryChannel(options, endpoint, transport), credentials);
    } catch (error) {
      options.signal?.throwIfAborted();
      // Whoever refused a password over https is not to be sent it over plain http.
      if (isBerthError(error, 'REGISTRY_LOGIN_REFUSED')) throw error;
      problem = error;
    }
  }
  throw problem;
}

async function login(channel: RegistryChannel, credentials: RegistryCredentials): Promise<string> {
  const first = await channel.sendProbe();
  first.body.destroy();
  const challenge = parseChallenge(first.headers['www-authenticate'] ?? '');
  if (first.status === 200) return '';
  if (first.status !== 401 || challenge === undefined) throw failed(channel, first);
  const { header, identityToken } = await answerTo(challenge, channel, credentials);
  const headers = header === undefined ? {} : { authorization: header };
  const second = await channel.send({ method: 'GET', url: channel.root, headers });
  if (second.status === 200) {
    second.body.destroy();
    return identityToken;
  }
  if (second.status !== 401 && second.status !== 403) throw failed(channel, second);
  const { text } = await explanationOf(second);
  throw refused(channel, `${attempt(channel, second)} (${text})`);
}

interface Answer {
  readonly header: string | undefined;
  readonly identityToken: string;
}

async function answerTo(
  challenge: AuthChallenge,
  channel: RegistryChannel,
  credentials: RegistryCredentials,
): Promise<Answer> {
  if (credentials.kind === 'registry-token')
    return { header: `Bearer ${credentials.token}`, identityToken: '' };
  if (challenge.scheme === 'basic') return { header: basicHeader(credentials), identityToken: '' };
  const { realm, service } = challenge;
  const request = { realm, service, scopes: [], credentials, access: 'offline' } as const;
  try {
    const asked = { repository: channel.endpoint.name, access: 'push' } as const;
    const { token, refreshToken } = await channel.fetchToken(request, asked);
    const own = credentials.kind === 'identity-token' ? credentials.token : '';
    return { header: `Bearer ${token}`, identityToken: refreshToken ?? own };
  } catch (error) {
    if (!isBerthError(error, 'REGISTRY_UNAUTHORIZED')) throw error;
    throw refused(channel, `Get "${channel.root.href}": ${error.message}`, error);
  }
}

/** Docker's words. */
function attempt({ root }: RegistryChannel, { status }: HttpResponse): string {
  const reason = status === 401 ? ' Unauthorized' : status === 403 ? ' Forbidden' : '';
  return `login attempt to ${root.href} failed with status: ${status}${reason}`;
}

function refused(channel: RegistryChannel, message: string, cause?: unknown): BerthError {
  return new BerthError('REGISTRY_LOGIN_REFUSED', {
    message,
    remedy: `Check the user name and the password, or token, for "${channel.endpoint.name}".`,
    cause,
  });
}

function failed(channel: RegistryChannel, response: HttpResponse): BerthError {
  response.body.destroy();
  return new BerthError('REGISTRY_REFUSED', {
    message: attempt(channel, response),
    remedy: 'Check that this is the address of a registry.',
    details: { status: response.status, url: channel.root.href },
  });
}
