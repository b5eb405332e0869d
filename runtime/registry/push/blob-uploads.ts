import { isBerthError } from '../../errors/berth-error.ts';
import type { Digest } from '../../image/digest.ts';
import type { RegistrySession, SessionRequest } from '../registry-session.ts';
import { repositoryScope } from '../scopes.ts';
import { UploadSession } from './upload-session.ts';

/** Begins uploads to one repository (OCI distribution-spec 1.1, "Pushing Blobs"). */
export class BlobUploads {
  readonly #session: RegistrySession;

  constructor(session: RegistrySession) {
    this.#session = session;
  }

  /** Begins an upload. @throws REGISTRY_UNAUTHORIZED, REGISTRY_REFUSED, REGISTRY_RESPONSE_INVALID ... */
  async begin(signal?: AbortSignal): Promise<UploadSession> {
    const url = this.#session.url('blobs/uploads/');
    // An upload that was begun twice costs the registry nothing: it forgets those that nobody goes on with.
    const response = await this.#session.sendAgain(post(url, [202], signal));
    response.body.resume();
    return UploadSession.begun(this.#session, url, response);
  }

  /**
   * Asks the registry to take a blob over from another of its repositories.
   *
   * @param from Such as `library/ubuntu`.
   * @returns `mounted`; or the upload that the registry begins instead; or `undefined` when it lets us do neither
   * @throws REGISTRY_UNREACHABLE, REGISTRY_RATE_LIMITED, and REGISTRY_REFUSED when it is busy
   */
  async mount(
    digest: Digest,
    from: string,
    signal?: AbortSignal,
  ): Promise<'mounted' | UploadSession | undefined> {
    const url = this.#session.url('blobs/uploads/', { mount: digest, from });
    try {
      const response = await this.#session.sendAgain({
        ...post(url, [201, 202], signal),
        moreScopes: [repositoryScope(from, 'pull')],
      });
      response.body.resume();
      return response.status === 201
        ? 'mounted'
        : UploadSession.begun(this.#session, url, response);
    } catch (error) {
      if (isRefusal(error)) return undefined;
      throw error;
    }
  }
}

/** That we may not read the other repository says nothing of whether we may write to this one. */
function isRefusal(error: unknown): boolean {
  const status = isBerthError(error) ? error.details['status'] : undefined;
  return typeof status === 'number' && [400, 401, 403, 404, 405, 415, 501].includes(status);
}

function post(
  url: URL,
  accept: readonly number[],
  signal: AbortSignal | undefined,
): SessionRequest {
  return {
    method: 'POST',
    url,
    headers: { 'content-length': 0 },
    accept,
    what: 'upload',
    signal,
  };
}
