import { describe, expect, test } from 'vitest';

import { endpointsFor, isInsecureAllowed } from '../../../runtime/registry/endpoint.ts';
import { Registry } from '../../../runtime/registry/registry.ts';
import { defaultRegistryConfig } from '../../../runtime/registry/registry-config.ts';
import type { RegistryConfig } from '../../../runtime/registry/registry-config.ts';

const config = (changes: Partial<RegistryConfig> = {}): RegistryConfig => ({
  ...defaultRegistryConfig,
  ...changes,
});

describe('a registry without a valid certificate', () => {
  test.each([
    ['localhost', true],
    ['localhost:5000', true],
    ['127.0.0.1:5000', true],
    ['127.9.8.7', true],
    ['[::1]:5000', true],
    ['128.0.0.1', false],
    ['[::2]', false],
    ['localhost.example', false],
    ['registry.example', false],
    ['docker.io', false],
  ])('%s: %s', (domain, allowed) => {
    expect(isInsecureAllowed(domain, [])).toBe(allowed);
  });

  test.each([
    ['registry.example:5000', ['registry.example:5000'], true],
    ['registry.example:5000', ['registry.example'], true],
    ['registry.example', ['registry.example:5000'], false],
    ['10.1.2.3:80', ['10.0.0.0/8'], true],
    ['11.1.2.3:80', ['10.0.0.0/8'], false],
    ['[fd00::5]:5000', ['fd00::/8'], true],
    ['10.1.2.3', ['10.0.0.0/99', 'nonsense/8', ''], false],
  ])('%s with %j: %s', (domain, insecure, allowed) => {
    expect(isInsecureAllowed(domain, insecure)).toBe(allowed);
  });
});

test.each(['mirror.example', 'ftp://mirror.example', 'https://', ''])(
  'a mirror "%s" is refused',
  (mirror) => {
    expect(() => new Registry({ registryMirrors: [mirror] })).toThrow(
      expect.objectContaining({ code: 'DAEMON_CONFIG_INVALID' }),
    );
  },
);

describe('the endpoints', () => {
  test('of Docker Hub are its mirrors in order, then its own host, with certificates verified', () => {
    const registryMirrors = ['https://one.example/', 'http://two.example:5000/prefix'];
    expect(endpointsFor('docker.io', config({ registryMirrors }))).toEqual([
      {
        name: 'https://one.example',
        kind: 'mirror',
        transports: [{ baseUrl: 'https://one.example', certificates: 'verified' }],
      },
      {
        name: 'http://two.example:5000/prefix',
        kind: 'mirror',
        transports: [{ baseUrl: 'http://two.example:5000/prefix', certificates: 'verified' }],
      },
      {
        name: 'docker.io',
        kind: 'origin',
        transports: [{ baseUrl: 'https://registry-1.docker.io', certificates: 'verified' }],
      },
    ]);
  });

  test('of another registry is that alone', () => {
    const endpoints = endpointsFor(
      'registry.example:5000',
      config({ registryMirrors: ['https://one.example'] }),
    );
    expect(endpoints).toEqual([
      {
        name: 'registry.example:5000',
        kind: 'origin',
        transports: [{ baseUrl: 'https://registry.example:5000', certificates: 'verified' }],
      },
    ]);
  });

  test('of an insecure registry are https with any certificate, then http', () => {
    expect(endpointsFor('localhost:5000', config())[0]?.transports).toEqual([
      { baseUrl: 'https://localhost:5000', certificates: 'none' },
      { baseUrl: 'http://localhost:5000', certificates: 'none' },
    ]);
  });
});
