import { besideNetworks } from './beside-networks.ts';
import { atOnce, inTurn, sleeper } from './operation.ts';
import type { Operation } from './operation.ts';
import { front, onBridge, onFront, reached, runIt, runOnFront } from './published.ts';

/** What is done to networks, and by containers that are in some. */
const asked: readonly Operation[] = [
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

/** All of them claim addresses, ports or subnets. */
export const networkOperations: readonly Operation[] = [...asked, ...besideNetworks].map(
  (operation) => ({ ...operation, claims: true }),
);
