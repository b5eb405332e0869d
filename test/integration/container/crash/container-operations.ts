import { isSuccess } from './api-client.ts';
import { atOnce, inTurn, make, run, sleeper, withPolicy, withVolumes } from './operation.ts';
import type { Operation } from './operation.ts';

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
    goesOn: true,
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

const several: readonly Operation[] = [
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
      // It may be gone by the time that somebody waits for that.
      return inTurn(
        client,
        ['POST', '/containers/create?name=web', { ...wanted, HostConfig }],
        ['POST', '/containers/web/start'],
        ['POST', '/containers/web/wait?condition=removed'],
      ).then((answer) => (answer.status === 404 ? { ...answer, status: 200 } : answer));
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

export const onOneContainer: readonly Operation[] = [...simple];

export const ofSeveralRequests: readonly Operation[] = [...several];
