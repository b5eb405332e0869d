import type { ApiClient } from './api-client.ts';
import { isSuccess } from './api-client.ts';
import { atOnce, inTurn, sleeper } from './operation.ts';
import type { Operation } from './operation.ts';
import { front, onBridge, onFront, reached, runIt, runOnFront } from './published.ts';
import { askUntil } from './wait.ts';

const policy = { RestartPolicy: { Name: 'on-failure' } };

/** Two on the default bridge, `web` with a link to `db`. */
async function runLinked(client: ApiClient): Promise<void> {
  await client.must('POST', '/containers/create?name=db', onDefault);
  await client.must('POST', '/containers/db/start');
  await runIt(client, { ...sleeper, HostConfig: { Links: ['db:data'] } });
}

/** Without a port, so that nobody can be reached who is not linked. */
const onDefault = { ...sleeper, ExposedPorts: { '80/tcp': {} } };

/** What a container knows of the one that it is linked to. */
async function linked(client: ApiClient): Promise<string> {
  const { status, body } = await client.call('GET', '/containers/web/json');
  if (status !== 200) return 'no container';
  const { HostConfig, State } = JSON.parse(body) as {
    HostConfig: { Links: readonly string[] | null };
    State: { Running: boolean };
  };
  const links = (HostConfig.Links ?? []).join();
  // Its next start writes the file anew.
  if (!State.Running) return links;
  const hosts = await client.call('GET', '/containers/web/archive?path=/etc/hosts');
  const [line = 'no line'] = /data .*$/m.exec(hosts.body) ?? [];
  return `${links} ${line.replaceAll(/[0-9a-f]{12}/g, 'ID')}`;
}

const all: readonly Operation[] = [
  {
    name: 'network prune',
    prepare: async (client) => {
      await client.must('POST', '/networks/create', front);
      await client.must('POST', '/networks/create', { Name: 'back', Internal: true });
    },
    perform: (client) => client.call('POST', '/networks/prune'),
    steps: true,
  },
  {
    name: 'all of networks is withdrawn',
    prepare: async (client) => {
      await runOnFront(client);
      await client.must('DELETE', '/containers/web?force=1');
    },
    // A berthd that starts makes it all again, for who has asked for a network.
    perform: (client) =>
      inTurn(client, ['POST', '/berth/networks/withdraw'], ['DELETE', '/networks/front']),
    steps: true,
  },
  {
    name: 'link removed',
    prepare: runLinked,
    perform: (client) => client.call('DELETE', '/containers/web/data?link=1'),
    observe: linked,
  },
  {
    name: 'restart of one that is linked',
    prepare: runLinked,
    perform: (client) => client.call('POST', `/containers/db/restart?${atOnce}`),
    observe: linked,
    goesOn: true,
  },
  {
    name: 'rename in a network',
    prepare: runOnFront,
    perform: (client) => client.call('POST', '/containers/web/rename?name=other'),
  },
  {
    name: 'end with ports and AutoRemove',
    prepare: async (client) => {
      const { HostConfig } = onBridge;
      await runIt(client, { ...onBridge, HostConfig: { ...HostConfig, AutoRemove: true } });
    },
    perform: (client) =>
      inTurn(
        client,
        ['POST', '/containers/web/kill'],
        ['POST', '/containers/web/wait?condition=removed'],
      ).then((answer) => (answer.status === 404 ? { ...answer, status: 200 } : answer)),
    observe: reached,
    steps: true,
  },
  {
    name: 'restart by policy with ports',
    prepare: async (client) => {
      await client.must('POST', '/networks/create', front);
      await runIt(client, { ...onFront, HostConfig: { ...onFront.HostConfig, ...policy } });
    },
    perform: async (client) => {
      const answer = await client.call('GET', '/containers/web/json');
      if (!isSuccess(answer)) return answer;
      const { State } = JSON.parse(answer.body) as { State: { Pid: number } };
      if (State.Pid > 0) process.kill(State.Pid, 'SIGKILL');
      return askUntil(client, '/containers/web/json', (body) => {
        const seen = JSON.parse(body) as { RestartCount: number; State: { Status: string } };
        return seen.RestartCount === 1 && seen.State.Status === 'running';
      });
    },
    observe: reached,
    steps: true,
  },
];

/** What changes networks though it is asked of containers, or of nobody. */
export const besideNetworks: readonly Operation[] = [...all];
