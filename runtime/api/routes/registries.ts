import { BerthError } from '../../errors/berth-error.ts';
import type { RemoteManifest } from '../../image/image-directory.ts';
import { parseReference, withDefaultTag } from '../../image/reference.ts';
import type { ApiRequest } from '../http/api-request.ts';
import { json } from '../http/api-response.ts';
import { authSchema, credentialsFrom, credentialsOf } from '../images/registry-auth.ts';
import { searchRequest, searchView } from '../images/search-request.ts';
import { get, post } from '../route.ts';
import type { Route } from '../route.ts';
import type { ApiServices } from '../services.ts';

/** Docker's name for Docker Hub, which `docker login` without a server sends too. */
const hubServer = 'https://index.docker.io/v1/';

/** Routes that ask registries, and change nothing here. */
export const registryRoutes: readonly Route[] = [
  get('/images/search', async (request, services) => {
    const { search, isWanted } = searchRequest(request);
    const found = await services.directory.search(search);
    return json(found.filter(isWanted).map(searchView));
  }),
  get('/distribution/:name/json', async (request, services) => {
    const { digest, mediaType, bytes, platforms } = await remoteManifest(request, services);
    return json({
      Descriptor: { mediaType, digest, size: bytes.byteLength },
      Platforms: platforms,
    });
  }),
  get('/berth/manifests/:name', async (request, services) => {
    const { digest, mediaType, bytes } = await remoteManifest(request, services);
    const headers = { 'Docker-Content-Digest': digest };
    return { kind: 'bytes', contentType: mediaType, headers, body: bytes };
  }),
  post('/auth', async (request, services) => {
    const auth = await request.json(authSchema);
    const credentials = credentialsFrom(auth);
    if (credentials === undefined) {
      throw new BerthError('API_REQUEST_INVALID', {
        message: 'the request body has no "username" and no token, wanted credentials',
        remedy: 'Send "username" and "password", or "identitytoken".',
      });
    }
    const server = auth.serveraddress ?? '';
    const { identityToken } = await services.directory.login(
      server === '' ? hubServer : server,
      credentials,
      request.signal,
    );
    return json({ Status: 'Login Succeeded', IdentityToken: identityToken });
  }),
];

function remoteManifest(
  { name, headers, signal }: ApiRequest,
  services: ApiServices,
): Promise<RemoteManifest> {
  const credentials = credentialsOf(headers['x-registry-auth']);
  const reference = withDefaultTag(parseReference(name));
  return services.directory.manifest(reference, { credentials, signal });
}
