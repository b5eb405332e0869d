import { expect, test } from 'vitest';
import { networkHostsFile } from '../../../runtime/container/spec/hosts-entries.ts';

const plan = {
  hostname: 'web',
  domainname: 'example.com',
  addresses: ['10.5.0.2', 'fd05::2', '10.6.0.2'],
  extraHosts: ['gate:host-gateway', 'other=192.0.2.1', 'six:[fd00::1]', 'broken:nothing'],
  hostGateways: ['172.17.0.1', 'fd17::1'],
  links: [{ alias: 'db', name: 'database', hostname: '0123456789ab', addresses: ['172.17.0.3'] }],
};

test('a container of networks is known at all its addresses', () => {
  const lines = networkHostsFile(plan, { hasIpv6: true }).split('\n');
  expect(lines.slice(0, 2)).toEqual([
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
  ]);
  expect(lines.slice(6)).toEqual([
    '172.17.0.1\tgate',
    'fd17::1\tgate',
    '192.0.2.1\tother',
    'fd00::1\tsix',
    '172.17.0.3\tdb 0123456789ab database',
    '10.5.0.2\tweb.example.com web',
    'fd05::2\tweb.example.com web',
    '10.6.0.2\tweb.example.com web',
    '',
  ]);
});

test('without IPv6 no line has any', () => {
  const text = networkHostsFile({ ...plan, domainname: '' }, { hasIpv6: false });
  expect(text).toBe(
    [
      '127.0.0.1\tlocalhost',
      '172.17.0.1\tgate',
      '192.0.2.1\tother',
      '172.17.0.3\tdb 0123456789ab database',
      '10.5.0.2\tweb',
      '10.6.0.2\tweb',
      '',
    ].join('\n'),
  );
});
