import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';

import type { Clock } from '../../../runtime/host/clock.ts';
import { hexOf } from '../../../runtime/image/digest.ts';
import type { Digest } from '../../../runtime/image/digest.ts';
import type { ImageBlobs } from '../../../runtime/image/image-service.ts';
import type { PushEvent, PushRequest } from '../../../runtime/image/image-target.ts';
import { parseManifest } from '../../../runtime/image/manifest.ts';
import type { Descriptor, Manifest } from '../../../runtime/image/manifest.ts';
import { mediaTypes } from '../../../runtime/image/media-types.ts';
import { parseReference } from '../../../runtime/image/reference.ts';
import { FaultProxy } from '../../support/fault-proxy.ts';
import type { FaultScript } from '../../support/fault-script.ts';
import { inPieces, temporaryFolder } from '../layer/support.ts';

/** A clock whose waits are over at once, and known. */
export function hurriedClock(): Clock & { readonly waitsMs: number[] } {
  const waitsMs: number[] = [];
  return {
    waitsMs,
    now: () => Date.now(),
    sleep: (ms, signal) => {
      waitsMs.push(ms);
      return signal?.aborted === true ? Promise.reject(signal.reason as Error) : Promise.resolve();
    },
  };
}

/** Starts a proxy in front of a registry for one test. */
export async function startFaultProxy(upstream: string, script?: FaultScript): Promise<FaultProxy> {
  const proxy = await FaultProxy.start(upstream, script);
  onTestFinished(() => proxy.stop());
  return proxy;
}

/** The manifest of an image in memory. */
export function manifestOf({ blobs, manifestDigest }: ImageBlobs): Manifest {
  const parsed = parseManifest(blobs.get(manifestDigest) ?? Buffer.alloc(0), 'manifest');
  if (parsed.kind === 'image') return parsed.manifest;
  throw new Error('the test made an index');
}

/** The descriptor of one of an image's layers. */
export function layerOf(image: ImageBlobs, index: number): Descriptor {
  const layer = manifestOf(image).layers[index];
  if (layer === undefined) throw new Error(`the test's image has no layer ${index}`);
  return layer;
}

/** The request that pushes an image in memory. @param target Such as `127.0.0.1:5000/name:tag`. */
export function pushRequest(
  image: ImageBlobs,
  target: string,
  changes: Partial<PushRequest> = {},
): PushRequest {
  const { config, layers } = manifestOf(image);
  const bytesOf = (digest: Digest): Uint8Array => image.blobs.get(digest) ?? Buffer.alloc(0);
  return {
    reference: parseReference(target),
    credentials: undefined,
    signal: undefined,
    manifest: {
      digest: image.manifestDigest,
      bytes: bytesOf(image.manifestDigest),
      mediaType: mediaTypes.ociManifest,
    },
    config,
    layers,
    open: (digest, offsetBytes) => inPieces(bytesOf(digest).subarray(offsetBytes)),
    mountCandidates: () => [],
    ...changes,
  };
}

/** All events of a push. */
export async function collected(push: AsyncIterable<PushEvent>): Promise<PushEvent[]> {
  const events: PushEvent[] = [];
  for await (const event of push) events.push(event);
  return events;
}

/** What became of each layer, in the image's order. */
export function outcomes(events: readonly PushEvent[], image: ImageBlobs): readonly string[] {
  const last = new Map<string, string>();
  for (const event of events) if ('layer' in event) last.set(event.layer, event.status);
  return manifestOf(image).layers.map(({ digest }) => last.get(digest) ?? 'nothing');
}

/**
 * Reads an image back with skopeo, which verifies every digest.
 *
 * @returns The manifest's digest, and the size of each file that skopeo wrote by its digest's hex digits
 */
export async function readBack(
  source: string,
  ...options: readonly string[]
): Promise<{ readonly digest: string; readonly blob: (digest: Digest) => Buffer }> {
  const folder = join(await temporaryFolder(), 'copy');
  const run = promisify(execFile);
  const access = ['--tls-verify=false', ...options];
  const sourceAccess = access.map((option) => option.replace(/^--/, '--src-'));
  const copy = [
    'copy',
    '--insecure-policy',
    ...sourceAccess,
    `docker://${source}`,
    `dir:${folder}`,
  ];
  await run('skopeo', copy, { timeout: 20_000 });
  const inspect = ['inspect', '--no-tags', ...access, `docker://${source}`];
  const { stdout } = await run('skopeo', inspect, { timeout: 20_000 });
  const { Digest: digest } = JSON.parse(stdout) as { Digest: string };
  return { digest, blob: (one) => readFileSync(join(folder, hexOf(one))) };
}
