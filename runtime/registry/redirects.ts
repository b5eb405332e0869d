import type { HttpResponse } from '../host/http-request.ts';
import type { Transport } from './endpoint.ts';
import { invalidResponse } from './registry-error.ts';

/** As many redirects as browsers follow in one go, halved. */
const maxRedirects = 10;

/** Where the redirects of one request lead. */
export class Redirects {
  readonly #from: URL;
  readonly #certificates: Transport['certificates'];
  readonly #seen = new Set<string>();
  #at: URL;

  /** @param certificates Of the registry: one that has none may send us to plain http, too. */
  constructor(from: URL, certificates: Transport['certificates']) {
    this.#from = from;
    this.#at = from;
    this.#certificates = certificates;
  }

  /**
   * Where an answer sends us; `undefined` when it is no redirect.
   *
   * @throws REGISTRY_RESPONSE_INVALID for a loop, too many, to nowhere, or from https to http
   */
  next(response: HttpResponse): URL | undefined {
    if (![301, 302, 303, 307, 308].includes(response.status)) return undefined;
    this.#seen.add(this.#at.href);
    const url = this.locationOf(response);
    if (this.#seen.has(url.href)) throw this.#invalid('it redirects in a circle');
    if (this.#seen.size > maxRedirects) throw this.#invalid('it redirects too often');
    this.#at = url;
    return url;
  }

  /** Where the header Location leads. @throws REGISTRY_RESPONSE_INVALID for nowhere, and from https to http */
  locationOf({ headers: { location } }: HttpResponse): URL {
    if (location === undefined || !URL.canParse(location, this.#at))
      throw this.#invalid(`it redirects to nowhere ("${location ?? ''}")`);
    const url = new URL(location, this.#at);
    if (url.protocol !== 'https:' && url.protocol !== 'http:')
      throw this.#invalid(`it redirects to "${url.href}"; wanted https`);
    if (this.#at.protocol === 'https:' && url.protocol === 'http:' && this.#certificates !== 'none')
      throw this.#invalid(`it redirects from https to "${url.href}"; wanted https`);
    return url;
  }

  #invalid(why: string): Error {
    return invalidResponse(this.#from.href, why);
  }
}
