import { readdirSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { get } from 'node:http';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

import { systemClock } from '../../../runtime/host/clock.ts';
import { hasErrno } from '../../../runtime/host/files.ts';
import { digestOf } from '../../../runtime/image/digest.ts';
import type { MirrorEvent } from '../../../runtime/mirror/mirror-event.ts';
import type { MirrorSettings } from '../../../runtime/mirror/mirror-settings.ts';
import { startMirror } from '../../../runtime/mirror/start-mirror.ts';
import { temporaryFolder } from '../layer/support.ts';

/** A mirror in this process. */
export interface TestMirror {
  readonly url: string;
  /** `host:port`. */
  readonly host: string;
  readonly dataRoot: string;
  readonly events: MirrorEvent[];
  /** Digests of what it keeps, as hex. */
  kept(): readonly string[];
  stop(): Promise<void>;
}

/** Settings that touch nothing of this machine. */
export async function testSettings(
  upstream: string,
  more: Partial<MirrorSettings> = {},
): Promise<MirrorSettings> {
  const dataRoot = more.dataRoot ?? (await temporaryFolder());
  return {
    dataRoot,
    host: '127.0.0.1',
    port: 0,
    tls: undefined,
    configPath: join(dataRoot, 'daemon.json'),
    allowedRegistries: [],
    replacements: new Map([['docker.io', [`http://${upstream}`]]]),
    maxBytes: 1e9,
    manifestTtlMs: 3600_000,
    localPolicy: 'public',
    allowedPackageHosts: ['packages.invalid'],
    ...more,
  };
}

/** Starts a mirror for one test. @param upstream `host:port` that stands for Docker Hub */
export async function testMirror(
  upstream: string,
  more: Partial<MirrorSettings> = {},
): Promise<TestMirror> {
  const events: MirrorEvent[] = [];
  const settings = await testSettings(upstream, more);
  const mirror = await startMirror(settings, {
    clock: systemClock,
    report: (event) => events.push(event),
  });
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopping ??= mirror.stop());
  onTestFinished(stop);
  const { dataRoot } = settings;
  return {
    url: mirror.url,
    host: new URL(mirror.url).host,
    dataRoot,
    events,
    kept: () => readdirSync(join(dataRoot, 'mirror', 'blobs', 'sha256')),
    stop,
  };
}

/** An answer of the mirror. `broken`: the connection ended before the body did; with status 0 before the head did. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly end: 'clean' | 'broken';
}

/** How to ask. */
export interface Asking {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Called with each piece; the request is given up when it returns `leave`. */
  readonly onPiece?: (received: number) => 'go-on' | 'leave';
}

/** Asks the mirror; a body that breaks off is an answer too. */
export function ask(
  mirror: { readonly url: string },
  path: string,
  { method = 'GET', headers = {}, onPiece }: Asking = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    // `path` is sent as it is: a URL would resolve `..`.
    const { hostname, port } = new URL(mirror.url);
    const request = get({ hostname, port, path, method, headers, agent: false }, (response) => {
      const pieces: Buffer[] = [];
      let received = 0;
      const answer = (end: Answer['end']): void => {
        const { statusCode: status = 0, headers: found } = response;
        resolve({ status, headers: found, body: Buffer.concat(pieces), end });
      };
      response.on('data', (piece: Buffer) => {
        pieces.push(piece);
        received += piece.byteLength;
        if (onPiece?.(received) === 'leave') request.destroy();
      });
      response.on('end', () => {
        answer(response.complete ? 'clean' : 'broken');
      });
      response.on('error', () => {
        answer('broken');
      });
    });
    request.on('error', (error) => {
      if (!hasErrno(error, 'ECONNRESET')) reject(error);
      else resolve({ status: 0, headers: {}, body: Buffer.alloc(0), end: 'broken' });
    });
  });
}

/** The codes in an error of the distribution API. */
export function errorCodes({ body }: Answer): readonly string[] {
  const { errors } = JSON.parse(body.toString()) as {
    readonly errors: { readonly code: string }[];
  };
  return errors.map(({ code }) => code);
}

/** Whether a body is the content of a digest. */
export function isContent({ body }: Answer, digest: string): boolean {
  return digestOf(body) === digest;
}
