import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { serve, type TestServer } from './file-server.ts';

/** Content by its digest, and what the tag leads to. */
export interface RegistryContent {
  readonly blobs: ReadonlyMap<string, Buffer>;
  readonly tagged: string;
  /** Of the one layer. */
  readonly layer: string;
}

const digestOf = (bytes: Buffer): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const indexType = 'application/vnd.oci.image.index.v1+json';

/** An index of one platform, its manifest and a layer that does not shrink. */
export function randomContent(layerBytes: number): RegistryContent {
  const blobs = new Map<string, Buffer>();
  const add = (bytes: Buffer): { digest: string; size: number } => {
    const digest = digestOf(bytes);
    blobs.set(digest, bytes);
    return { digest, size: bytes.length };
  };
  const layer = add(randomBytes(layerBytes));
  const config = add(Buffer.from('{}'));
  const manifest = add(
    Buffer.from(
      JSON.stringify({ schemaVersion: 2, mediaType: manifestType, config, layers: [layer] }),
    ),
  );
  const platform = { os: 'linux', architecture: process.arch === 'x64' ? 'amd64' : process.arch };
  const index = add(
    Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: indexType,
        manifests: [{ ...manifest, platform }],
      }),
    ),
  );
  return { blobs, tagged: index.digest, layer: layer.digest };
}

/** How a fake differs from a registry that is as it must be. */
export interface FakeRegistryOptions {
  /** `token`: wants one, and gives it to everybody. */
  readonly auth?: 'none' | 'token';
  /** Answers instead of it; `undefined` leaves a request to the registry. */
  readonly instead?: (request: IncomingMessage, response: ServerResponse) => 'done' | undefined;
}

const repository = '/v2/library/busybox/';
const token = 'a token of this test';

/** A registry with `library/busybox:latest`, as the distribution specification has it. */
export async function fakeRegistry(
  content: RegistryContent,
  { auth = 'none', instead }: FakeRegistryOptions = {},
): Promise<TestServer> {
  const server: TestServer = await serve((request, response) => {
    if (instead?.(request, response) === 'done') return;
    const path = request.url ?? '';
    if (path.startsWith('/token?')) {
      const { searchParams } = new URL(path, 'http://x');
      const isRight = searchParams.get('scope') === 'repository:library/busybox:pull';
      response.end(JSON.stringify(isRight ? { token } : {}));
      return;
    }
    if (auth === 'token' && request.headers.authorization !== `Bearer ${token}`) {
      const challenge = `Bearer realm="http://${request.headers.host ?? ''}/token",service="a, b"`;
      response.writeHead(401, { 'www-authenticate': challenge }).end('{}');
      return;
    }
    if (path === '/v2/') response.end('{}');
    else answerContent(path, { content, response });
  });
  return server;
}

function answerContent(
  path: string,
  { content, response }: { readonly content: RegistryContent; readonly response: ServerResponse },
): void {
  const [, kind, name = ''] = new RegExp(`^${repository}(manifests|blobs)/(.+)$`).exec(path) ?? [];
  const digest = name === 'latest' ? content.tagged : name;
  const bytes = content.blobs.get(digest);
  if (kind === undefined || bytes === undefined) {
    response.writeHead(404, { 'content-type': 'application/json' }).end('{"errors":[]}');
    return;
  }
  const type = kind === 'blobs' ? 'application/octet-stream' : manifestType;
  response.writeHead(200, {
    'content-type': type,
    'content-length': bytes.length,
    'docker-content-digest': digest,
  });
  response.end(bytes);
}
