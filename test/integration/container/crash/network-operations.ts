import { atOnce, inTurn, sleeper } from './operation.ts';
import type { Operation } from './operation.ts';
import type { ApiClient } from './api-client.ts';
import type { Mark } from './mark.ts';
import { until } from './wait.ts';

const front = {
  Name: 'front',
  IPAM: { Config: [{ Subnet: '10.1.0.0/29' }] },
};

const publishing = {
  Image: 'bb',
  Cmd: ['busybox', 'httpd', '-f', '-p', '80', '-h', '/etc'],
  ExposedPorts: { '80/tcp': {}, '53/udp': {} },
};

/** With ports, one of them relayed, and one of UDP. */
const PortBindings = {
  '80/tcp': [{ HostPort: '8080' }],
  '53/udp': [{ HostIp: '127.0.0.1', HostPort: '5353' }],
};

const onBridge = { ...publishing, HostConfig: { PortBindings } };
const onFront = {
  ...publishing,
  HostConfig: { NetworkMode: 'front', PortBindings },
  NetworkingConfig: { EndpointsConfig: { front: { IPAMConfig: { IPv4Address: '10.1.0.4' } } } },
};

async function runIt(client: ApiClient, request: object): Promise<void> {
  await client.must('POST', '/containers/create?name=web', request);
  await client.must('POST', '/containers/web/start');
}

async function runOnFront(client: ApiClient): Promise<void> {
  await client.must('POST', '/networks/create', front);
  await runIt(client, onFront);
}

/** A container that runs can be reached through its port, in the address family of each. */
async function reached(client: ApiClient, host: Mark): Promise<string> {
  const { status, body } = await client.call('GET', '/containers/web/json');
  if (status !== 200) return 'no container';
  const { State, NetworkSettings } = JSON.parse(body) as {
    State: { Running: boolean };
    NetworkSettings: { Networks: object };
  };
  if (!State.Running || Object.keys(NetworkSettings.Networks).length === 0) return 'none runs';
  const answer = await until(
    () => fetched(host),
    (text) => text.includes('root:'),
  );
  if (!answer.includes('root:')) throw new Error('the published port does not answer');
  return 'answers';
}

function fetched(host: Mark): string {
  const quiet = ['-s', '--noproxy', '*', '--max-time', '2'];
  try {
    return host.execute('curl', ...quiet, 'http://127.0.0.1:8080/passwd');
  } catch {
    return '';
  }
}

const all: readonly Operation[] = [
  {
    name: 'network create',
    perform: (client) => client.call('POST', '/networks/create', front),
  },
  {
    name: 'network rm',
    prepare: (client) => client.must('POST', '/networks/create', front),
    perform: (client) => client.call('DELETE', '/networks/front'),
  },
  {
    name: 'run with ports on the default bridge',
    perform: (client) =>
      inTurn(
        client,
        ['POST', '/containers/create?name=web', onBridge],
        ['POST', '/containers/web/start'],
      ),
    observe: reached,
    steps: true,
  },
  {
    name: 'run with ports in a network',
    prepare: (client) => client.must('POST', '/networks/create', front),
    perform: (client) =>
      inTurn(
        client,
        ['POST', '/containers/create?name=web', onFront],
        ['POST', '/containers/web/start'],
      ),
    observe: reached,
    steps: true,
  },
  {
    name: 'stop with ports',
    prepare: runOnFront,
    perform: (client) => client.call('POST', `/containers/web/stop?${atOnce}`),
    observe: reached,
  },
  {
    name: 'remove by force with ports',
    prepare: runOnFront,
    perform: (client) => client.call('DELETE', '/containers/web?force=1'),
    observe: reached,
    steps: true,
  },
  {
    name: 'restart with ports',
    prepare: (client) => runIt(client, onBridge),
    perform: (client) => client.call('POST', `/containers/web/restart?${atOnce}`),
    observe: reached,
    goesOn: true,
  },
  {
    name: 'connect',
    prepare: async (client) => {
      await client.must('POST', '/networks/create', front);
      await runIt(client, onBridge);
    },
    perform: (client) =>
      client.call('POST', '/networks/front/connect', {
        Container: 'web',
        EndpointConfig: { IPAMConfig: { IPv4Address: '10.1.0.4' } },
      }),
    observe: reached,
  },
  {
    name: 'connect one that does not run',
    prepare: async (client) => {
      await client.must('POST', '/networks/create', front);
      await client.must('POST', '/containers/create?name=web', sleeper);
    },
    perform: (client) => client.call('POST', '/networks/front/connect', { Container: 'web' }),
  },
  {
    name: 'disconnect',
    prepare: async (client) => {
      await runOnFront(client);
      await client.must('POST', '/networks/bridge/connect', { Container: 'web' });
    },
    perform: (client) => client.call('POST', '/networks/front/disconnect', { Container: 'web' }),
    observe: reached,
  },
  {
    name: 'disconnect from the only network',
    prepare: runOnFront,
    perform: (client) => client.call('POST', '/networks/front/disconnect', { Container: 'web' }),
    observe: reached,
  },
];

/** What is done to networks, and by containers that are in some. */
export const networkOperations: readonly Operation[] = all.map((operation) => ({
  ...operation,
  claims: true,
}));
