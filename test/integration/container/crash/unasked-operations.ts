import { isSuccess } from './api-client.ts';
import type { ApiClient } from './api-client.ts';
import { atOnce, inTurn, make, run, sleeper, withVolumes } from './operation.ts';
import type { Operation } from './operation.ts';
import { askUntil } from './wait.ts';

const countOf = async (client: ApiClient): Promise<unknown> => {
  const { status, body } = await client.call('GET', '/containers/web/json');
  return status === 200 ? (JSON.parse(body) as { RestartCount: number }).RestartCount : 'none';
};

const mounted = {
  Name: 'vol',
  DriverOpts: { type: 'tmpfs', device: 'tmpfs', o: 'size=1m' },
};

/** What takes more parts of berthd than a request and a record: some of it nobody asks for. */
const unasked: readonly Operation[] = [
  {
    name: 'restart by policy',
    prepare: (client) =>
      run(client, 'web', {
        HostConfig: { NetworkMode: 'none', RestartPolicy: { Name: 'on-failure' } },
      }),
    perform: async (client) => {
      const answer = await client.call('GET', '/containers/web/json');
      if (!isSuccess(answer)) return answer;
      const { State } = JSON.parse(answer.body) as { State: { Pid: number } };
      process.kill(State.Pid, 'SIGKILL');
      return askUntil(client, '/containers/web/json', (body) => {
        const seen = JSON.parse(body) as { RestartCount: number; State: { Status: string } };
        return seen.RestartCount === 1 && seen.State.Status === 'running';
      });
    },
    observe: countOf,
    steps: true,
  },
  {
    name: 'health check',
    prepare: (client) =>
      make(client, 'web', {
        Healthcheck: { Test: ['CMD', 'true'], Interval: 20_000_000, Timeout: 10_000_000_000 },
      }),
    perform: async (client) => {
      const answer = await client.call('POST', '/containers/web/start');
      if (!isSuccess(answer)) return answer;
      return askUntil(client, '/containers/web/json', (body) =>
        body.includes('"Status":"healthy"'),
      );
    },
    steps: true,
  },
  {
    name: 'log rotation',
    perform: (client) => {
      const options = { 'max-size': '2k', 'max-file': '3', compress: 'true' };
      const LogConfig = { Type: 'json-file', Config: options };
      const HostConfig = { NetworkMode: 'none', LogConfig };
      return inTurn(
        client,
        ['POST', '/containers/create?name=web', { ...sleeper, Cmd: ['seq', '300'], HostConfig }],
        ['POST', '/containers/web/start'],
        ['POST', '/containers/web/wait?condition=not-running'],
      );
    },
    steps: true,
  },
  {
    name: 'stop with AutoRemove',
    prepare: (client) =>
      run(client, 'web', {
        Volumes: { '/data': {} },
        HostConfig: { NetworkMode: 'none', AutoRemove: true },
      }),
    perform: (client) =>
      inTurn(
        client,
        ['POST', `/containers/web/stop?${atOnce}`],
        ['POST', '/containers/web/wait?condition=removed'],
      ).then((answer) => (answer.status === 404 ? { ...answer, status: 200 } : answer)),
    steps: true,
  },
  {
    name: 'commit of one that runs',
    prepare: (client) => run(client, 'web', { Cmd: ['sleep', '1000'], ...withVolumes }),
    perform: (client) => client.call('POST', '/commit?container=web&repo=made&pause=1'),
  },
  {
    name: 'copy into one that runs',
    prepare: (client) => run(client, 'web', withVolumes),
    perform: (client, { files }) => client.call('PUT', '/containers/web/archive?path=/tmp', files),
    observe: async (client) =>
      (await client.call('HEAD', '/containers/web/archive?path=/tmp/file')).status,
    unsynced: true,
  },
  {
    name: 'start with a volume that is mounted',
    prepare: async (client) => {
      await client.must('POST', '/volumes/create', mounted);
      await run(client, 'web', { HostConfig: { NetworkMode: 'none', Binds: ['vol:/data'] } });
      // Then nothing is mounted any more of what the creation has looked into.
      await client.must('POST', `/containers/web/stop?${atOnce}`);
    },
    perform: (client) => client.call('POST', '/containers/web/start'),
  },
  {
    name: 'stop with a volume that is mounted',
    prepare: async (client) => {
      await client.must('POST', '/volumes/create', mounted);
      await run(client, 'web', { HostConfig: { NetworkMode: 'none', Binds: ['vol:/data'] } });
    },
    perform: (client) => client.call('POST', `/containers/web/stop?${atOnce}`),
  },
  {
    name: 'create with what the image has in a volume',
    perform: (client) =>
      inTurn(client, [
        'POST',
        '/containers/create?name=web',
        { ...sleeper, HostConfig: { NetworkMode: 'none', Binds: ['named:/etc'] } },
      ]),
    // A file with something in it, in the volume.
    observe: async (client) =>
      (await client.call('GET', '/containers/web/archive?path=/etc/passwd')).body.includes('root:'),
    steps: true,
  },
  {
    name: 'reload',
    prepare: (client) => run(client, 'web'),
    perform: (client, _archives, berthd) => {
      berthd.reload({ labels: ['reloaded=yes'] });
      return askUntil(client, '/info', (body) => body.includes('reloaded=yes'));
    },
  },
];

export const unaskedOperations: readonly Operation[] = [...unasked];
