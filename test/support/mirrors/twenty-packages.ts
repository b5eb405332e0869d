import {
  cpSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PackageRepository } from '../../../scripts/repositories/package-repository.ts';
import { FaultProxy } from '../fault-proxy.ts';
import type { FaultScript, ProxyRequest } from '../fault-script.ts';
import { makeAptRepository, type AptRepositorySpec } from './apt-repository.ts';
import { serve, serveFolder } from './file-server.ts';
import { SigningKey } from './signing-key.ts';
import { removeTree } from '../remove-tree.ts';

/** A fake of a test: its name says what it does; the right one is `best`. */
export interface FakeMirror {
  readonly name: string;
  readonly url: string;
}

/** Fakes that listen on loopback. */
export interface FakeMirrors {
  readonly mirrors: readonly FakeMirror[];
  repositoriesAt(root: string): readonly PackageRepository[];
  stop(): Promise<void>;
}

const day = 24 * 60 * 60 * 1000;
const packages = [
  { name: 'docker-ce-cli', version: '5:28.5.2-1', sizeBytes: 1_500_000 },
  { name: 'docker-buildx-plugin', version: '0.29.1-1', sizeBytes: 1_200_000 },
] as const;

/** A port that nobody listens on: it was free a moment ago. */
export async function deadHost(): Promise<string> {
  const server = createServer();
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' ? (address?.port ?? 0) : 0);
    });
  });
  await new Promise((resolve) => server.close(resolve));
  return `127.0.0.1:${port}`;
}

/**
 * Twenty mirrors of docker-ce for Debian: five that serve it (one of them quicker than the others), one that is weeks
 * behind, three dead, four that stall or drip, and seven that lie or are something else.
 */
export async function twentyPackageMirrors(): Promise<FakeMirrors> {
  const base = mkdtempSync(join(tmpdir(), 'berth-twenty-'));
  const [key, stranger] = [new SigningKey(), new SigningKey('stranger@example.com')];
  const stops: (() => Promise<void>)[] = [];
  const kept = <T extends { stop(): Promise<void> }>(server: T): T => {
    stops.push(() => server.stop());
    return server;
  };
  const make = (folder: string, options: Partial<AptRepositorySpec> = {}): string => {
    const path = join(base, folder);
    makeAptRepository({ folder: path, key, packages, date: new Date(), ...options });
    return path;
  };
  const good = make('good');
  const changed = (name: string, change: (debian: string) => void): string => {
    cpSync(good, join(base, name), { recursive: true });
    change(join(base, name, 'linux/debian'));
    return join(base, name);
  };
  const best = kept(await serveFolder(good));
  const through = async (script: FaultScript): Promise<string> =>
    kept(await FaultProxy.start(best.host, script)).host;
  const folder = async (path: string): Promise<string> => kept(await serveFolder(path)).host;
  const answer = async (...args: Parameters<typeof serve>): Promise<string> =>
    kept(await serve(...args)).host;
  const on =
    (part: RegExp, fault: ReturnType<NonNullable<FaultScript['request']>>) =>
    (request: ProxyRequest) => (part.test(request.path) ? fault : undefined);
  const slow = (bytesPerSecond: number): Promise<string> =>
    through({ request: on(/\.deb$/, { kind: 'slow', bytesPerSecond }) });
  const hosts: Record<string, string> = {
    'dead-1': await deadHost(),
    'silent-1': await through({ connection: () => 'stall' }),
    'lies-package': await folder(changed('package', changeOneByte)),
    'fine-3': await slow(1_500_000),
    'page-1': await answer(page),
    stale: await folder(make('stale', { date: new Date(Date.now() - 30 * day) })),
    'drips-index': await through({
      request: on(/InRelease$/, { kind: 'slow', bytesPerSecond: 50 }),
    }),
    'lies-signature': await folder(
      changed('forged', (debian) => {
        writeFileSync(
          join(debian, 'dists/bookworm/InRelease'),
          stranger.clearsign('Origin: Docker\n'),
        );
      }),
    ),
    'fine-2': await slow(2_500_000),
    best: best.host,
    'dead-2': await deadHost(),
    'stalls-package': await through({
      request: on(/\.deb$/, { kind: 'stall', at: { part: 0.5 } }),
    }),
    'lacks-package': await folder(
      changed('lacking', (debian) => {
        rmSync(packageIn(debian, 'docker-ce-cli'));
      }),
    ),
    'empty-package': await folder(
      changed('empty', (debian) => {
        truncateSync(packageIn(debian, 'docker-ce-cli'), 0);
      }),
    ),
    'fine-4': await slow(1_200_000),
    'silent-2': await through({ connection: () => 'stall' }),
    'not-signed': await folder(changed('unsigned', stripSignature)),
    'dead-3': await deadHost(),
    refuses: await answer((_request, response) => response.writeHead(403).end('not from here')),
    'very-slow': await slow(100_000),
  };
  return {
    mirrors: Object.entries(hosts).map(([name, host]) => ({ name, url: `http://${host}` })),
    repositoriesAt: (root) => [repositoryOf(root, key.fingerprint)],
    stop: async () => {
      for (const stop of stops) await stop();
      key.remove();
      stranger.remove();
      removeTree(base);
    },
  };
}

const page: Parameters<typeof serve>[0] = (_request, response) => {
  response.writeHead(200, { 'content-type': 'text/html' });
  response.end('<!DOCTYPE html><title>This service has been closed</title>');
};

function packageIn(debian: string, part: string): string {
  const pool = join(debian, 'dists/bookworm/pool/stable/amd64');
  return join(pool, readdirSync(pool).find((name) => name.includes(part)) ?? '');
}

function changeOneByte(debian: string): void {
  const path = packageIn(debian, 'docker-buildx');
  const bytes = readFileSync(path);
  bytes.writeUInt8(bytes.readUInt8(5000) ^ 1, 5000);
  writeFileSync(path, bytes);
}

function stripSignature(debian: string): void {
  const path = join(debian, 'dists/bookworm/InRelease');
  const signed = readFileSync(path, 'utf8');
  const text = /^-----BEGIN PGP SIGNED MESSAGE-----\n.*\n\n([^]*?)-----BEGIN PGP SIGNATURE/.exec(
    signed,
  );
  writeFileSync(path, text?.[1] ?? '');
}

function repositoryOf(root: string, fingerprint: string): PackageRepository {
  return {
    id: 'docker-ce',
    title: 'test',
    baseUrl: `${root}/linux/debian`,
    suite: 'bookworm',
    components: ['stable'],
    architectures: ['amd64'],
    keyUrl: `${root}/linux/debian/gpg`,
    keyFingerprints: [fingerprint],
  };
}
