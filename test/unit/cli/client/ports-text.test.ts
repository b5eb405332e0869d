import { expect, test } from 'vitest';
import type { PortRow } from '../../../../runtime/cli/client/containers.ts';
import { portsText } from '../../../../runtime/cli/render/ports-text.ts';

function port(text: string): PortRow {
  const [, hostAddress = '', hostPort = '0', containerPort, protocol = ''] =
    /^(?:(.+):(\d+)->)?(\d+)\/(\w+)$/.exec(text) ?? [];
  return {
    hostAddress,
    hostPort: Number(hostPort),
    containerPort: Number(containerPort),
    protocol,
  };
}

// As docker 28.5 prints them.
test.each([
  [[], ''],
  [['80/tcp', '81/tcp', '81/udp', '83/tcp'], '80-81/tcp, 83/tcp, 81/udp'],
  [
    [
      '0.0.0.0:8002->8002/tcp',
      '0.0.0.0:8000->8000/tcp',
      '0.0.0.0:8001->8001/tcp',
      '::1:8000->8000/tcp',
    ],
    '0.0.0.0:8000-8002->8000-8002/tcp, [::1]:8000->8000/tcp',
  ],
  [
    ['0.0.0.0:8000->80/tcp', '0.0.0.0:8001->81/tcp', ':::8000->80/tcp', '443/tcp', '53/udp'],
    '53/udp, 443/tcp, 0.0.0.0:8000->80/tcp, [::]:8000->80/tcp, 0.0.0.0:8001->81/tcp',
  ],
])('%j', (ports, text) => {
  expect(portsText(ports.map(port))).toBe(text);
});
