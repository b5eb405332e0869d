import type { ApiClient } from './api-client.ts';
import type { Mark } from './mark.ts';
import { until } from './wait.ts';

export const front = {
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

export const onBridge = { ...publishing, HostConfig: { PortBindings } };
export const onFront = {
  ...publishing,
  HostConfig: { NetworkMode: 'front', PortBindings },
  NetworkingConfig: { EndpointsConfig: { front: { IPAMConfig: { IPv4Address: '10.1.0.4' } } } },
};

export async function runIt(client: ApiClient, request: object): Promise<void> {
  await client.must('POST', '/containers/create?name=web', request);
  await client.must('POST', '/containers/web/start');
}

export async function runOnFront(client: ApiClient): Promise<void> {
  await client.must('POST', '/networks/create', front);
  await runIt(client, onFront);
}

/** A container that runs can be reached through its port, in the address family of each. */
export async function reached(client: ApiClient, host: Mark): Promise<string> {
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
