import type { WebFiles } from '../../repositories/indexes/web-files.ts';
import { isHtml, statusReason, type MirrorWeb } from '../web/mirror-web.ts';
import { ProbeFailure } from '../web/probe-failure.ts';
import type { Part } from '../verdict.ts';

/** Files of a repository's index as a mirror serves them, each fetched once. */
export class RepositoryFiles implements WebFiles {
  readonly #web: MirrorWeb;
  readonly #part: Part;
  readonly #files = new Map<string, Buffer | undefined>();

  constructor(web: MirrorWeb, part: Part) {
    this.#web = web;
    this.#part = part;
  }

  /** `undefined` for what is not there. Throws ProbeFailure for every other answer that is no file. */
  async bytes(url: URL): Promise<Buffer | undefined> {
    if (!this.#files.has(url.href)) this.#files.set(url.href, await this.#fetch(url));
    return this.#files.get(url.href);
  }

  async read(url: URL): ReturnType<WebFiles['read']> {
    const bytes = await this.bytes(url);
    return bytes === undefined ? { kind: 'absent' } : { kind: 'there', bytes };
  }

  async #fetch(url: URL): Promise<Buffer | undefined> {
    const request = { url, part: this.#part };
    const page = await this.#web.page(request);
    if (page.status === 404 || page.status === 410) return undefined;
    if (page.status !== 200) throw new ProbeFailure(statusReason(request, page));
    if (isHtml(page)) throw new ProbeFailure({ is: 'html', part: this.#part, url: url.href });
    return page.bytes;
  }
}
