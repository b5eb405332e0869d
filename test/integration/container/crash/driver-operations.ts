import { readFileSync } from 'node:fs';

import type { ApiClient } from './api-client.ts';
import { card } from './mark.ts';
import { atOnce, inTurn, sleeper } from './operation.ts';
import type { Operation } from './operation.ts';
import { runIt } from './published.ts';

const subnet = { Subnet: '10.1.0.0/29' };
const onCard = { Options: { parent: card.name }, IPAM: { Config: [subnet] } };

/** Networks that are something else than a bridge with IPv4. */
const macvlan = { Name: 'front', Driver: 'macvlan', ...onCard };
const ipvlan = { Name: 'front', Driver: 'ipvlan', ...onCard };
const internal = { Name: 'front', Internal: true, IPAM: { Config: [subnet] } };
const dualStack = {
  ...{ Name: 'front', EnableIPv6: true },
  IPAM: { Config: [subnet, { Subnet: 'fd00:1::/64' }] },
};

const inFront = { ...sleeper, HostConfig: { NetworkMode: 'front' } };

async function runInFront(client: ApiClient, network: object): Promise<void> {
  await client.must('POST', '/networks/create', network);
  await runIt(client, inFront);
}

const runInMacvlan = (client: ApiClient): Promise<void> => runInFront(client, macvlan);

/** One in the default bridge, beside a network. */
async function runBeside(client: ApiClient, network: object): Promise<void> {
  await client.must('POST', '/networks/create', network);
  await runIt(client, sleeper);
}

/** The interfaces that a container that runs has, and whether it has an address of IPv6 in the network. */
async function inside(client: ApiClient): Promise<string> {
  const { status, body } = await client.call('GET', '/containers/web/json');
  if (status !== 200) return 'no container';
  const { State } = JSON.parse(body) as { State: { Pid: number } };
  if (State.Pid === 0) return 'none runs';
  const devices = readFileSync(`/proc/${State.Pid}/net/dev`, 'utf8');
  const names = [...devices.matchAll(/^ *([^:\n]+):/gm)].map(([, name = '']) => name);
  const addresses = readFileSync(`/proc/${State.Pid}/net/if_inet6`, 'utf8');
  return [...names.sort(), ...(/^fd000001/m.test(addresses) ? ['IPv6'] : [])].join(' ');
}

const connect = { Container: 'web' };

/** Making and removing one; nobody is in it. */
function madeAndRemoved(kind: string, network: object): readonly Operation[] {
  return [
    {
      name: `network create, ${kind}`,
      perform: (client) => client.call('POST', '/networks/create', network),
    },
    {
      name: `network rm, ${kind}`,
      prepare: (client) => client.must('POST', '/networks/create', network),
      perform: (client) => client.call('DELETE', '/networks/front'),
    },
  ];
}

const used: readonly Operation[] = [
  {
    name: 'run in a macvlan',
    prepare: (client) => client.must('POST', '/networks/create', macvlan),
    perform: (client) =>
      inTurn(
        client,
        ['POST', '/containers/create?name=web', inFront],
        ['POST', '/containers/web/start'],
      ),
    observe: inside,
    steps: true,
  },
  {
    name: 'stop in a macvlan',
    prepare: runInMacvlan,
    perform: (client) => client.call('POST', `/containers/web/stop?${atOnce}`),
    observe: inside,
  },
  {
    name: 'connect to a macvlan',
    prepare: (client) => runBeside(client, macvlan),
    perform: (client) => client.call('POST', '/networks/front/connect', connect),
    observe: inside,
  },
  {
    name: 'disconnect from a macvlan',
    prepare: runInMacvlan,
    perform: (client) => client.call('POST', '/networks/front/disconnect', connect),
    observe: inside,
  },
  {
    name: 'connect with IPv6',
    prepare: (client) => runBeside(client, dualStack),
    perform: (client) => client.call('POST', '/networks/front/connect', connect),
    observe: inside,
  },
  {
    name: 'disconnect by force, with IPv6',
    prepare: (client) => runInFront(client, dualStack),
    perform: (client) =>
      client.call('POST', '/networks/front/disconnect', { ...connect, Force: true }),
    observe: inside,
  },
];

/** What is done to networks of other drivers, with IPv6, and without a way out. All of them claim addresses. */
export const driverOperations: readonly Operation[] = [
  ...madeAndRemoved('macvlan', macvlan),
  ...madeAndRemoved('ipvlan', ipvlan),
  ...madeAndRemoved('internal', internal),
  ...madeAndRemoved('with IPv6', dualStack),
  ...used,
].map((operation) => ({ ...operation, claims: true }));
