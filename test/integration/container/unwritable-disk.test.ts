import { closeSync, globSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { busyboxArchive } from '../api/busybox-image.ts';
import { ApiClient, isSuccess } from './crash/api-client.ts';
import type { Answer } from './crash/api-client.ts';
import { RealBerthd } from './real-berthd.ts';

const berthd = new RealBerthd();
const client = new ApiClient(berthd.socket);
/** The data root is a file system of its own, in a mount namespace that goes with berthd and its containers. */
const script = 'mkdir -p "$0/data" && mount -t tmpfs -o size=24m none "$0/data" && exec "$@"';
let archive: Uint8Array;
let files: Uint8Array;

const HostConfig = { NetworkMode: 'none' };
const sleeper = { Image: 'bb', Cmd: ['sleep', '1000'], HostConfig };

/** The data root, as berthd sees it. */
const dataRoot = (): string => `/proc/${berthd.pid}/root${berthd.root}/data`;
const filler = (): string => join(dataRoot(), 'filler');

beforeAll(async () => {
  const surroundings = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script];
  await berthd.start({ under: [...surroundings, berthd.root] });
  archive = readFileSync(busyboxArchive(berthd.root));
  files = execFileSync('tar', ['-C', '/etc', '-c', 'services']);
  await client.must('POST', '/images/load', archive);
  for (const name of ['one', 'runs', 'ends'])
    await client.must('POST', `/containers/create?name=${name}`, sleeper);
  for (const name of ['runs', 'ends']) await client.must('POST', `/containers/${name}/start`);
  await client.must('POST', '/volumes/create', { Name: 'kept' });
});
afterAll(async () => {
  for (const name of ['one', 'runs', 'ends', 'new', 'two'])
    await client.call('DELETE', `/containers/${name}?force=1`);
  await berthd.destroy();
});

/** Everything that writes to the data root, by its name: what a client asks for. */
const writing: Readonly<Record<string, () => Promise<Answer>>> = {
  create: () => client.call('POST', '/containers/create?name=new', sleeper),
  update: () => client.call('POST', '/containers/one/update', { PidsLimit: 50 }),
  'update of one that runs': () =>
    client.call('POST', '/containers/runs/update', { PidsLimit: 50 }),
  start: () => client.call('POST', '/containers/one/start'),
  pause: () => client.call('POST', '/containers/runs/pause'),
  commit: () => client.call('POST', '/commit?container=one&repo=made'),
  'volume create': () => client.call('POST', '/volumes/create', { Name: 'new' }),
  'image load': () => client.call('POST', '/images/load', archive),
  'image import': () => client.call('POST', '/images/create?fromSrc=-&repo=imported', archive),
  'image tag': () => client.call('POST', '/images/bb/tag?repo=other'),
  'copy into': () => client.call('PUT', '/containers/one/archive?path=/tmp', files),
  rename: () => client.call('POST', '/containers/one/rename?name=two'),
  'copy into one that runs': () => client.call('PUT', '/containers/runs/archive?path=/tmp', files),
};

/** What a layer or a container has in its own files, and what every start writes anew. */
const isOfNobody =
  /^filler$|^snapshots\/[^/]+\/fs\/|\/(?:upper|work)\/|\/(?:hostname|hosts|resolv\.conf)$/;

/** What clients see, and what is on the disk. */
async function state(): Promise<object> {
  const containers =
    await client.get<readonly { Names: string; State: string }[]>('/containers/json?all=1');
  const { Volumes } = await client.get<{ Volumes: readonly { Name: string }[] }>('/volumes');
  const images = await client.get<readonly { RepoTags: readonly string[] }[]>('/images/json');
  return {
    containers: containers.map(({ Names, State }) => `${Names[0] ?? ''} ${State}`).sort(),
    volumes: Volumes.map(({ Name }) => Name),
    images: images.map(({ RepoTags }) => RepoTags.join(' ')).sort(),
    files: globSync('**', { cwd: dataRoot() })
      .filter((path) => !isOfNobody.test(path))
      .sort(),
  };
}

/** A fault of the disk would make it so for all; here what has been opened to be written stays so. */
function makeReadOnly(): void {
  const place = join(berthd.root, 'data');
  mounting('mount', '--bind', place, place);
  mounting('mount', '-o', 'remount,bind,ro', place);
}

function mounting(...command: readonly string[]): void {
  execFileSync('nsenter', [`--mount=/proc/${berthd.pid}/ns/mnt`, ...command]);
}

/** Takes the last byte. */
function fill(): void {
  const file = openSync(filler(), 'w');
  for (let size = 1 << 20; size > 0; size >>= 1) {
    const chunk = Buffer.alloc(size);
    for (;;)
      try {
        if (writeSync(file, chunk) < size) break;
      } catch {
        break;
      }
  }
  closeSync(file);
}

interface Refusal {
  readonly message: string;
  readonly code?: string;
  readonly remedy?: string;
  readonly errorDetail?: object;
}

/** Asks for all of it: each is refused with Docker's status, berth's code and the kernel's words, and changes nothing. */
async function refusesAll(words: string, others: readonly string[] = []): Promise<void> {
  const before = await state();
  for (const [name, ask] of Object.entries(writing)) {
    if (others.includes(name)) continue;
    const { status, body } = await ask();
    const error = JSON.parse(body) as Refusal;
    if (name === 'image load') {
      // Its answer has begun by then, as dockerd's.
      expect([status, error.errorDetail], name).toEqual([
        200,
        expect.objectContaining({ message: expect.stringContaining(words) as unknown }),
      ]);
      expect(await state(), name).toEqual(before);
      continue;
    }
    expect({ name, status, message: error.message }).toEqual({
      ...{ name, status: 500 },
      message: expect.stringContaining(words) as unknown,
    });
    expect(error, name).toMatchObject({
      code: expect.stringMatching(
        /^(?:DISK_UNWRITABLE|IMAGE_STORE_UNWRITABLE|TREE_UNCHANGED)$/,
      ) as unknown,
      remedy: expect.any(String) as unknown,
    });
    expect(await state(), name).toEqual(before);
  }
}

test('a file system that is read-only by now refuses everything, too', async () => {
  makeReadOnly();
  // What runs has had its own files mounted before.
  await refusesAll('read-only file system', ['copy into one that runs']);
  const { status, body } = await client.call('DELETE', '/volumes/kept');
  expect([status, body]).toEqual([500, expect.stringContaining('read-only file system')]);
  mounting('umount', join(berthd.root, 'data'));
  await client.must('DELETE', '/volumes/kept');
});

test('a full disk is an error of who asks for more, changes nothing, and keeps nobody from ending and removing', async () => {
  fill();
  // What images are called is written with room that is kept for it.
  await refusesAll('no space left on device', ['image tag']);
  const { State } = await client.get<{ State: { Status: string } }>('/containers/runs/json');
  expect(State.Status).toBe('running');
  await client.must('POST', '/containers/ends/stop?t=0');
  await client.must('DELETE', '/containers/ends');
  rmSync(filler());
  for (const [name, ask] of Object.entries(writing))
    expect(isSuccess(await ask()), name).toBe(true);
});
