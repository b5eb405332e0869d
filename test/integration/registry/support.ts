import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, request as startRequest } from 'node:http';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';

import { writeArchive } from '../../../runtime/image/archive/write-archive.ts';
import type { ImageBlobs } from '../../../runtime/image/image-service.ts';
import { temporaryFolder } from '../layer/support.ts';

/** How `startRegistry` sets up Debian's docker-registry. */
export interface RegistrySetup {
  /** `auth` section of its configuration. */
  readonly auth?: object;
  /** Paths of a certificate and its key; `clientcas` are those of whose certificates clients must have one. */
  readonly tls?: {
    readonly certificate: string;
    readonly key: string;
    readonly clientcas?: readonly string[];
  };
}

/** Starts Debian's docker-registry on a free port of loopback for one test. Returns its host and port. */
export async function startRegistry({ auth, tls }: RegistrySetup = {}): Promise<string> {
  const folder = await temporaryFolder();
  const config = {
    version: 0.1,
    log: { level: 'info', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(folder, 'data') }, delete: { enabled: true } },
    http: { addr: '127.0.0.1:0', ...(tls && { tls }) },
    ...(auth && { auth }),
  };
  // JSON is YAML too.
  writeFileSync(join(folder, 'config.yml'), JSON.stringify(config));
  const child = spawn('docker-registry', ['serve', join(folder, 'config.yml')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  onTestFinished(async () => {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  });
  for await (const line of createInterface({ input: child.stderr })) {
    const port = /listening on 127\.0\.0\.1:(\d+)/.exec(line)?.[1];
    if (port === undefined) continue;
    child.stderr.resume();
    return `127.0.0.1:${port}`;
  }
  throw new Error('docker-registry did not start');
}

/** The `auth` section that lets in ann with the password "secret". */
export async function htpasswd(): Promise<object> {
  const path = join(await temporaryFolder(), 'htpasswd');
  // bcrypt of "secret", with the lowest cost: made with crypt(3).
  writeFileSync(path, 'ann:$2b$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a');
  return { htpasswd: { realm: 'test', path } };
}

/** Pushes an image with skopeo. @param target Such as `127.0.0.1:5000/name:tag`. */
export async function push(
  image: ImageBlobs,
  target: string,
  ...options: readonly string[]
): Promise<void> {
  const folder = await temporaryFolder();
  const chunks: Uint8Array[] = [];
  for await (const chunk of writeArchive(image)) chunks.push(chunk);
  writeFileSync(join(folder, 'image.tar'), Buffer.concat(chunks));
  const source = `oci-archive:${join(folder, 'image.tar')}`;
  // Left alone, skopeo compresses layers, and so makes another manifest.
  const changes = options.some((option) => /format/.test(option));
  const all = [...options, ...(changes ? [] : ['--preserve-digests'])];
  const args = [
    'copy',
    '--insecure-policy',
    '--dest-tls-verify=false',
    ...all,
    source,
    `docker://${target}`,
  ];
  // Asynchronously: token services that it asks are in this process.
  await promisify(execFile)('skopeo', args, { timeout: 20_000 });
}

/** Makes a key and a certificate for 127.0.0.1 that signs itself. */
export async function makeCertificate(): Promise<{
  readonly certificate: string;
  readonly key: string;
}> {
  const folder = await temporaryFolder();
  mkdirSync(folder, { recursive: true });
  const [certificate, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const args = [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '2',
    '-subj',
    '/CN=127.0.0.1',
  ];
  const more = ['-addext', 'subjectAltName=IP:127.0.0.1', '-out', certificate, '-keyout', key];
  execFileSync('openssl', [...args, ...more], { stdio: 'ignore' });
  return { certificate, key };
}

/** Starts an HTTP server on a free port of loopback for one test. Returns its host and port. */
export async function startServer(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A request that a `FaultyProxy` got. */
interface ProxiedRequest {
  readonly path: string;
  readonly authorization: string | undefined;
}

/** What a proxy does to an answer: passes it on when it returns `undefined`. */
export type Fault = (
  request: ProxiedRequest,
  response: ServerResponse,
  pass: (change: (chunk: Buffer) => Buffer) => void,
) => 'handled' | undefined;

/** A proxy in front of a registry that injects faults, and remembers what it was asked for. */
export interface FaultyProxy {
  readonly host: string;
  readonly requests: readonly ProxiedRequest[];
}

/** Starts a proxy to `upstream`. */
export async function startProxy(
  upstream: string,
  fault: Fault = () => undefined,
): Promise<FaultyProxy> {
  const requests: ProxiedRequest[] = [];
  const forward = (
    request: IncomingMessage,
    response: ServerResponse,
    change: (chunk: Buffer) => Buffer,
  ): void => {
    const options = { headers: { ...request.headers, host: upstream }, method: request.method };
    const onward = startRequest(`http://${upstream}${request.url ?? ''}`, options, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.on('data', (chunk: Buffer) => response.write(change(chunk)));
      answer.on('end', () => response.end());
    });
    onward.on('error', () => response.destroy());
    onward.end();
  };
  const host = await startServer((request, response) => {
    const asked = { path: request.url ?? '', authorization: request.headers.authorization };
    requests.push(asked);
    const outcome = fault(asked, response, (change) => {
      forward(request, response, change);
    });
    if (outcome === undefined) forward(request, response, (chunk) => chunk);
  });
  return { host, requests };
}
