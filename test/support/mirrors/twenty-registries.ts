import { FaultProxy } from '../fault-proxy.ts';
import type { FaultScript } from '../fault-script.ts';
import { isBlobDownload } from '../fault-script.ts';
import { fakeRegistry, randomContent, type FakeRegistryOptions } from './fake-registry.ts';
import { serve } from './file-server.ts';
import { deadHost, type FakeMirror } from './twenty-packages.ts';

/** Fakes that listen on loopback. */
export interface FakeRegistries {
  readonly mirrors: readonly FakeMirror[];
  stop(): Promise<void>;
}

/**
 * Twenty mirrors of Docker Hub: five that serve it (one of them quicker than the others), one with an old tag, three dead,
 * four that stall or drip, and seven that lie, refuse or are something else.
 */
export async function twentyRegistries(): Promise<FakeRegistries> {
  const stops: (() => Promise<void>)[] = [];
  const kept = (server: { readonly host: string; stop(): Promise<void> }): string => {
    stops.unshift(() => server.stop());
    return server.host;
  };
  const content = randomContent(1_500_000);
  const best = kept(await fakeRegistry(content, { auth: 'token' }));
  const through = async (script: FaultScript): Promise<string> =>
    kept(await FaultProxy.start(best, script));
  const onBlobs = (fault: ReturnType<NonNullable<FaultScript['request']>>): Promise<string> =>
    through({ request: (request) => (isBlobDownload(request) ? fault : undefined) });
  const registry = async (options: FakeRegistryOptions): Promise<string> =>
    kept(await fakeRegistry(content, options));
  const answering = async (status: number, said: string, type: string): Promise<string> =>
    kept(
      await serve((_request, response) => {
        response.writeHead(status, { 'content-type': type }).end(said);
      }),
    );
  const hosts: Record<string, string> = {
    'page-1': await answering(200, '<!DOCTYPE html><title>log in</title>', 'text/html'),
    'dead-1': await deadHost(),
    'lies-blob': await onBlobs({ kind: 'corrupt', at: { part: 0.7 } }),
    'fine-3': await onBlobs({ kind: 'slow', bytesPerSecond: 2_000_000 }),
    'silent-1': await through({ connection: () => 'stall' }),
    'old-tag': kept(await fakeRegistry(randomContent(1_500_000))),
    throttles: await registry({
      instead: (request, response) => {
        if (!(request.url ?? '').includes('/manifests/')) return undefined;
        response.writeHead(429, { 'retry-after': '30' }).end('slow down');
        return 'done';
      },
    }),
    'fine-4': await onBlobs({ kind: 'slow', bytesPerSecond: 1_500_000 }),
    'drips-blob': await onBlobs({ kind: 'slow', bytesPerSecond: 2000 }),
    best,
    'dead-2': await deadHost(),
    'lies-manifest': await registry({
      instead: (request, response) => {
        if (!(request.url ?? '').endsWith('/manifests/latest')) return undefined;
        response
          .writeHead(200, { 'docker-content-digest': content.tagged })
          .end('{"manifests":[]}');
        return 'done';
      },
    }),
    'fine-2': await onBlobs({ kind: 'slow', bytesPerSecond: 4_000_000 }),
    'allow-list': await registry({
      instead: (request, response) => {
        if (!(request.url ?? '').includes('/manifests/')) return undefined;
        const said = '{"errors":[{"code":"DENIED","message":"not in the allowlist"}]}';
        response.writeHead(403, { 'content-type': 'application/json' }).end(said);
        return 'done';
      },
    }),
    'silent-2': await through({ connection: () => 'stall' }),
    truncates: await onBlobs({ kind: 'truncate', at: { part: 0.5 } }),
    'stalls-blob': await onBlobs({ kind: 'stall', at: { part: 0.5 } }),
    'dead-3': await deadHost(),
    forbids: await answering(403, 'cloud hosts only', 'text/plain'),
    'very-slow': await onBlobs({ kind: 'slow', bytesPerSecond: 200_000 }),
  };
  return {
    mirrors: Object.entries(hosts).map(([name, host]) => ({ name, url: `http://${host}` })),
    stop: async () => {
      for (const stop of stops) await stop();
    },
  };
}
