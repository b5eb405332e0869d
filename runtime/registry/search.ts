import { z } from 'zod';

import { BerthError } from '../errors/berth-error.ts';
import type { HttpResponse } from '../host/http-request.ts';
import type { FoundRepository, RegistrySearch } from '../image/image-directory.ts';
import { parseChallenge } from './auth-challenge.ts';
import { originOf } from './endpoint.ts';
import type { Endpoint } from './endpoint.ts';
import { readLimited } from './registry-answer.ts';
import { RegistryChannel } from './registry-channel.ts';
import type { ChannelOptions } from './registry-channel.ts';
import { errorOfResponse, invalidResponse, toRegistryError } from './registry-error.ts';
import { basicHeader } from './token-service.ts';

const resultsSchema = z.looseObject({
  results: z
    .array(
      z.looseObject({
        name: z.string(),
        description: z.string().nullish(),
        star_count: z.number().default(0),
        is_official: z.boolean().default(false),
      }),
    )
    .nullish(),
});

/** What Docker Hub's index searches, apart from its registry. */
const hubIndex = 'https://index.docker.io';
const maxResultBytes = 4 * 1024 * 1024;
const mostResults = 100;
const searchScope = 'registry:catalog:search';

/**
 * Searches Docker Hub, or the registry that the term names (`registry.example/nginx`), for repositories: the one thing
 * that is left of Docker's first registry protocol (`GET /v1/search`).
 *
 * @throws REGISTRY_SEARCH_INVALID, REGISTRY_UNREACHABLE, REGISTRY_REFUSED, REGISTRY_RESPONSE_INVALID
 */
export async function searchRegistry(
  search: Omit<RegistrySearch, 'signal'>,
  options: ChannelOptions,
): Promise<readonly FoundRepository[]> {
  checkSearch(search);
  const { domain, term } = splitTerm(search.term);
  const endpoint = searchEndpoint(domain, options);
  let problem: unknown;
  for (const transport of endpoint.transports) {
    const channel = new RegistryChannel(options, endpoint, transport);
    const url = new URL(`${transport.baseUrl}/v1/search`);
    url.searchParams.set('q', term);
    url.searchParams.set('n', String(search.limit));
    try {
      return await readResults(await ask(channel, url, search), url, options.signal);
    } catch (error) {
      options.signal?.throwIfAborted();
      problem = error;
    }
  }
  throw problem;
}

function checkSearch({ term, limit }: Pick<RegistrySearch, 'term' | 'limit'>): void {
  const problem = term.includes('://')
    ? `invalid repository name: repository name (${term}) should not have a scheme`
    : `limit ${limit} is outside the range of [1, ${mostResults}]`;
  const isValid = !term.includes('://') && limit >= 1 && limit <= mostResults;
  if (isValid) return;
  throw new BerthError('REGISTRY_SEARCH_INVALID', {
    message: problem,
    remedy: `Search for a name such as "nginx", with a limit from 1 to ${mostResults}.`,
  });
}

/** Only a host has a dot or a colon, as in the names of images. */
function splitTerm(text: string): { readonly domain: string; readonly term: string } {
  const [, first = '', rest = ''] = /^([^/]*)\/(.*)$/s.exec(text) ?? [];
  const isHost = /[.:]/.test(first) || first === 'localhost';
  const isHub = !isHost || first === 'docker.io' || first === 'index.docker.io';
  const term = isHost ? rest : text;
  // Official images are found by the name that people use.
  return isHub
    ? { domain: 'docker.io', term: term.replace(/^library\//, '') }
    : { domain: first, term };
}

function searchEndpoint(domain: string, { config }: ChannelOptions): Endpoint {
  const origin = originOf(domain, config);
  if (domain !== 'docker.io') return origin;
  return { ...origin, transports: [{ baseUrl: hubIndex, certificates: 'verified' }] };
}

async function ask(
  channel: RegistryChannel,
  url: URL,
  { credentials }: Pick<RegistrySearch, 'credentials'>,
): Promise<HttpResponse> {
  const authorization = basicHeader(credentials);
  const headers = {
    ...(authorization !== undefined && { authorization }),
    'x-docker-token': 'true',
  };
  const first = await channel.send({ method: 'GET', url, headers });
  const challenge = parseChallenge(first.headers['www-authenticate'] ?? '');
  const asked = { repository: url.host, access: 'push' } as const;
  let response = first;
  if (first.status === 401 && challenge?.scheme === 'bearer') {
    first.body.destroy();
    const { realm, service } = challenge;
    const scopes = [searchScope];
    const token = { realm, service, scopes, credentials, access: 'online' } as const;
    const bearer = `Bearer ${(await channel.fetchToken(token, asked)).token}`;
    response = await channel.send({ method: 'GET', url, headers: { authorization: bearer } });
  }
  if (response.status === 200) return response;
  throw await errorOfResponse(response, { ...asked, method: 'GET', url: url.href, what: 'list' });
}

async function readResults(
  { body }: HttpResponse,
  url: URL,
  signal: AbortSignal | undefined,
): Promise<readonly FoundRepository[]> {
  const bytes = await readLimited(body, maxResultBytes).catch((error: unknown) => {
    throw toRegistryError(error, url.href, signal);
  });
  const parsed = resultsSchema.safeParse(parse(bytes));
  if (!parsed.success) throw invalidResponse(url.href, 'the answer is no list of repositories');
  return (parsed.data.results ?? []).map((result) => ({
    name: result.name,
    description: result.description ?? '',
    stars: result.star_count,
    isOfficial: result.is_official,
  }));
}

function parse(bytes: Buffer | undefined): unknown {
  try {
    return JSON.parse(bytes?.toString('utf8') ?? '');
  } catch {
    return undefined;
  }
}
