import type { Answer, ApiClient } from './api-client.ts';
import { isSuccess } from './api-client.ts';

/** Archives that operations send. */
export interface Archives {
  /** `docker save` of an image with one layer more than `bb`. */
  readonly image: Uint8Array;
  /** One file. */
  readonly files: Uint8Array;
}

/** Something that berthd is asked to do, and is killed under. */
export interface Operation {
  readonly name: string;
  /** Makes what it needs. */
  prepare?(client: ApiClient, archives: Archives): Promise<unknown>;
  /** Does it, with one request or more; gives the last answer, which is the first one that was no success. */
  perform(client: ApiClient, archives: Archives): Promise<Answer>;
  /** What else than lists of containers, volumes and images tells whether it has happened. */
  observe?(client: ApiClient): Promise<unknown>;
  /** It has steps that a client sees: one that was not told of its success may find any of them. */
  readonly steps?: true;
}

const sleeper = { Image: 'bb', Cmd: ['sleep', '1000'] };

/** Nothing of a container's is waited for: its first process ignores SIGTERM. */
const atOnce = 't=0';

async function make(client: ApiClient, name: string, more: object = {}): Promise<void> {
  await client.must('POST', `/containers/create?name=${name}`, {
    ...sleeper,
    HostConfig: { NetworkMode: 'none' },
    ...more,
  });
}

async function run(client: ApiClient, name: string, more: object = {}): Promise<void> {
  await make(client, name, more);
  await client.must('POST', `/containers/${name}/start`);
}

const withVolumes = {
  Volumes: { '/tmp': {} },
  HostConfig: { NetworkMode: 'none', Binds: ['named:/data'] },
};

const withPolicy = {
  HostConfig: { NetworkMode: 'none', RestartPolicy: { Name: 'unless-stopped' } },
};

/** Asks one after the other, as long as there is success. */
async function inTurn(
  client: ApiClient,
  ...requests: readonly (readonly [method: string, path: string, body?: object])[]
): Promise<Answer> {
  let answer: Answer = { status: 200, body: '' };
  for (const [method, path, body] of requests) {
    answer = await client.call(method, path, body);
    if (!isSuccess(answer)) break;
  }
  return answer;
}

/** Operations of one request on a container `web`. */
const simple: readonly Operation[] = [
  {
    name: 'start',
    prepare: (client) => make(client, 'web', withVolumes),
    perform: (client) => client.call('POST', '/containers/web/start'),
  },
  {
    name: 'stop',
    prepare: (client) => run(client, 'web', withPolicy),
    perform: (client) => client.call('POST', `/containers/web/stop?${atOnce}`),
  },
  {
    name: 'kill',
    prepare: (client) => run(client, 'web', withVolumes),
    perform: (client) =>
      inTurn(
        client,
        ['POST', '/containers/web/kill'],
        ['POST', '/containers/web/wait?condition=not-running'],
      ),
  },
  {
    name: 'restart',
    prepare: (client) => run(client, 'web'),
    perform: (client) => client.call('POST', `/containers/web/restart?${atOnce}`),
  },
  {
    name: 'pause',
    prepare: (client) => run(client, 'web'),
    perform: (client) => client.call('POST', '/containers/web/pause'),
  },
  {
    name: 'unpause',
    prepare: async (client) => {
      await run(client, 'web');
      await client.must('POST', '/containers/web/pause');
    },
    perform: (client) => client.call('POST', '/containers/web/unpause'),
  },
  {
    name: 'rename',
    prepare: (client) => run(client, 'web'),
    perform: (client) => client.call('POST', '/containers/web/rename?name=other'),
  },
  {
    name: 'update',
    prepare: (client) => run(client, 'web'),
    perform: (client) =>
      client.call('POST', '/containers/web/update', {
        Memory: 64 << 20,
        MemorySwap: 128 << 20,
        PidsLimit: 50,
        RestartPolicy: { Name: 'always' },
      }),
  },
  {
    name: 'remove',
    prepare: (client) => make(client, 'web', withVolumes),
    perform: (client) => client.call('DELETE', '/containers/web?v=1'),
  },
  {
    name: 'remove by force',
    prepare: (client) => run(client, 'web', withVolumes),
    perform: (client) => client.call('DELETE', '/containers/web?force=1&v=1'),
    // The end of the program is seen.
    steps: true,
  },
];

const ofSeveralRequests: readonly Operation[] = [
  {
    name: 'create',
    perform: (client) =>
      client.call('POST', '/containers/create?name=web', { ...sleeper, ...withVolumes }),
    // The named volume is there before the container.
    steps: true,
  },
  {
    name: 'run with AutoRemove',
    perform: (client) => {
      const wanted = { Image: 'bb', Cmd: ['true'], Volumes: { '/data': {} } };
      const HostConfig = { NetworkMode: 'none', AutoRemove: true };
      return inTurn(
        client,
        ['POST', '/containers/create?name=web', { ...wanted, HostConfig }],
        ['POST', '/containers/web/start'],
        ['POST', '/containers/web/wait?condition=removed'],
      );
    },
    steps: true,
  },
  {
    name: 'exec',
    prepare: (client) => run(client, 'web'),
    perform: async (client) => {
      const wanted = { Cmd: ['sleep', '1000'] };
      const answer = await client.call('POST', '/containers/web/exec', wanted);
      if (!isSuccess(answer)) return answer;
      const { Id } = JSON.parse(answer.body) as { Id: string };
      return client.call('POST', `/exec/${Id}/start`, { Detach: true });
    },
  },
  {
    name: 'copy into',
    prepare: (client) => make(client, 'web'),
    perform: (client, { files }) => client.call('PUT', '/containers/web/archive?path=/tmp', files),
    observe: async (client) =>
      (await client.call('HEAD', '/containers/web/archive?path=/tmp/file')).status,
  },
];

const ofVolumesAndImages: readonly Operation[] = [
  {
    name: 'volume create',
    perform: (client) =>
      client.call('POST', '/volumes/create', { Name: 'vol', Labels: { a: 'b' } }),
  },
  {
    name: 'volume remove',
    prepare: (client) => client.must('POST', '/volumes/create', { Name: 'vol' }),
    perform: (client) => client.call('DELETE', '/volumes/vol'),
  },
  {
    name: 'commit',
    prepare: async (client) => {
      await run(client, 'web', { Cmd: ['touch', '/tmp/file'] });
      await client.must('POST', '/containers/web/wait?condition=not-running');
    },
    perform: (client) => client.call('POST', '/commit?container=web&repo=made'),
  },
  {
    name: 'image load',
    perform: (client, { image }) => client.call('POST', '/images/load', image),
  },
  {
    name: 'image tag',
    perform: (client) => client.call('POST', '/images/bb/tag?repo=other&tag=one'),
  },
  {
    name: 'image remove',
    prepare: (client, { image }) => client.must('POST', '/images/load', image),
    perform: (client) => client.call('DELETE', '/images/small'),
  },
  {
    name: 'prune',
    prepare: async (client, { image }) => {
      await make(client, 'web', withVolumes);
      await client.must('POST', '/volumes/create', { Name: 'vol' });
      await client.must('POST', '/images/load', image);
      // The one that was loaded has no name any more.
      await client.must('POST', '/images/bb/tag?repo=small&tag=latest');
    },
    perform: (client) =>
      inTurn(
        client,
        ['POST', '/containers/prune'],
        ['POST', `/volumes/prune?filters=${encodeURIComponent('{"all":["true"]}')}`],
        ['POST', '/images/prune'],
      ),
    steps: true,
  },
];

/** All that berthd is killed under. */
export const operations: readonly Operation[] = [
  ...simple,
  ...ofSeveralRequests,
  ...ofVolumesAndImages,
];
