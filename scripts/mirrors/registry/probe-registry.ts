import { createHash } from 'node:crypto';
import { proveTransfer, type Findings, type Probe } from '../probe.ts';
import { isHtml, statusReason, type MirrorWeb, type Page } from '../web/mirror-web.ts';
import { ProbeFailure } from '../web/probe-failure.ts';
import { bearerToken } from './bearer-token.ts';
import { manifestTypes, readManifest, type Descriptor } from './image-manifest.ts';
import type { TestImage } from './image-name.ts';

/** The test of a mirror of Docker Hub. */
export interface RegistryTarget {
  /** Without a slash at the end; may have a path. */
  readonly url: string;
  readonly image: TestImage;
  /** As OCI writes it: `amd64`, `arm64`. */
  readonly architecture: string;
}

/**
 * Tests what a mirror of a registry is for (OCI distribution-spec 1.1): it answers as a registry, gives a token where it
 * wants one, the manifests have the digests that they are named by, and the largest blob arrives with its digest.
 */
export function registryProbe(target: RegistryTarget): Probe {
  return async (tools, findings) => {
    const client = new RegistryProbe(target, tools.web, findings);
    const blob = await client.blob();
    findings.proved.push('manifest');
    const url = client.urlOf(`blobs/${blob.digest}`);
    const { digest, size: sizeBytes } = blob;
    const headers = client.authorization();
    await proveTransfer({ url, part: 'blob', digest, sizeBytes, headers }, tools, findings);
    findings.proved.push('blob');
  };
}

class RegistryProbe {
  readonly #target: RegistryTarget;
  readonly #web: MirrorWeb;
  readonly #findings: Findings;
  #authorization: string | undefined;

  constructor(target: RegistryTarget, web: MirrorWeb, findings: Findings) {
    this.#target = target;
    this.#web = web;
    this.#findings = findings;
  }

  urlOf(path: string): URL {
    return new URL(`${this.#target.url}/v2/${this.#target.image.repository}/${path}`);
  }

  authorization(): Readonly<Record<string, string>> {
    return this.#authorization === undefined ? {} : { authorization: this.#authorization };
  }

  /** The largest blob of the image for this machine. */
  async blob(): Promise<Descriptor> {
    await this.#greet();
    const { image, architecture } = this.#target;
    const tagged = await this.#manifest(image.tag);
    this.#findings.digest = digestOf(tagged.bytes);
    const first = readManifest(tagged.bytes, architecture);
    if (first?.kind === 'image') return first.blob;
    if (first === undefined) throw damaged(tagged);
    const chosen = await this.#manifest(first.manifest.digest);
    const content = readManifest(chosen.bytes, architecture);
    if (content?.kind !== 'image') throw damaged(chosen);
    return content.blob;
  }

  /** Whether a registry answers at all. Many servers answer everything with a page for people, and status 200. */
  async #greet(): Promise<void> {
    const request = { url: new URL(`${this.#target.url}/v2/`), part: 'registry' } as const;
    const page = await this.#web.page(request);
    if (page.status === 401) {
      await this.#getToken(page);
    } else if (page.status !== 200) {
      throw new ProbeFailure(statusReason(request, page));
    } else if (isHtml(page)) {
      throw new ProbeFailure({ is: 'html', part: 'registry', url: request.url.href });
    }
    this.#findings.proved.push('registry');
  }

  async #getToken(challenged: Page): Promise<void> {
    const { repository } = this.#target.image;
    this.#authorization = await bearerToken(challenged, { web: this.#web, repository });
    this.#findings.proved.push('token');
  }

  async #manifest(reference: string): Promise<Page> {
    const url = this.urlOf(`manifests/${reference}`);
    const ask = (): Promise<Page> =>
      this.#web.page({
        url,
        part: 'manifest',
        headers: { accept: manifestTypes, ...this.authorization() },
      });
    let page = await ask();
    // Some greet everybody, and want a token only for content.
    if (page.status === 401 && this.#authorization === undefined) {
      await this.#getToken(page);
      page = await ask();
    }
    this.#requireManifest(page, url, reference);
    return page;
  }

  #requireManifest(page: Page, url: URL, reference: string): void {
    const { image } = this.#target;
    if (page.status === 404) {
      throw new ProbeFailure({ is: 'no-image', image: `${image.repository}:${image.tag}` });
    }
    if (page.status !== 200) throw new ProbeFailure(statusReason({ url, part: 'manifest' }, page));
    if (isHtml(page)) throw new ProbeFailure({ is: 'html', part: 'manifest', url: url.href });
    const actual = digestOf(page.bytes);
    const named = page.headers['docker-content-digest'];
    const expected = reference.startsWith('sha256:') ? reference : (named ?? actual);
    if (expected === actual) return;
    const found = { expected: String(expected), actual };
    throw new ProbeFailure({ is: 'digest', part: 'manifest', url: url.href, ...found });
  }
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function damaged({ url }: Page): ProbeFailure {
  return new ProbeFailure({ is: 'damaged', part: 'manifest', url: url.href });
}
