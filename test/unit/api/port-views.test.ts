import { expect, test } from 'vitest';
import { portListView, portMapView } from '../../../runtime/api/views/port-views.ts';

const published = [
  { protocol: 'tcp', port: 80, hostAddress: '0.0.0.0', hostPort: 8080 },
  { protocol: 'tcp', port: 80, hostAddress: '::', hostPort: 8080 },
  { protocol: 'udp', port: 53, hostAddress: '127.0.0.1', hostPort: 32_768 },
];
const exposed = [
  { protocol: 'tcp', port: 443 },
  { protocol: 'tcp', port: 80 },
  { protocol: 'tcp', port: 53 },
];

test('inspect has where each port is, and null for what is exposed only', () => {
  expect(portMapView({ exposed, published })).toEqual({
    '443/tcp': null,
    '53/tcp': null,
    '53/udp': [{ HostIp: '127.0.0.1', HostPort: '32768' }],
    '80/tcp': [
      { HostIp: '0.0.0.0', HostPort: '8080' },
      { HostIp: '::', HostPort: '8080' },
    ],
  });
  expect(portMapView({ exposed: [], published: [] })).toEqual({});
});

test('the list has a line for each address of the host, without what there is not', () => {
  expect(JSON.stringify(portListView({ exposed, published }))).toBe(
    JSON.stringify([
      { PrivatePort: 53, Type: 'tcp' },
      { IP: '127.0.0.1', PrivatePort: 53, PublicPort: 32_768, Type: 'udp' },
      { IP: '0.0.0.0', PrivatePort: 80, PublicPort: 8080, Type: 'tcp' },
      { IP: '::', PrivatePort: 80, PublicPort: 8080, Type: 'tcp' },
      { PrivatePort: 443, Type: 'tcp' },
    ]),
  );
});
