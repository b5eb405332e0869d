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
  const plain = { repositoryPrefix: '', namespace: undefined };

  test('of Docker Hub are its mirrors in order, then its own host, with certificates verified', () => {
    const registryMirrors = ['https://one.example/', 'http://two.example:5000/prefix'];
    expect(endpointsFor('docker.io', config({ registryMirrors }))).toEqual([
      {
        name: 'https://one.example',
        kind: 'mirror',
        ...plain,
        transports: [{ baseUrl: 'https://one.example', certificates: 'verified' }],
      },
      {
        name: 'http://two.example:5000/prefix',
        kind: 'mirror',
        ...plain,
        transports: [{ baseUrl: 'http://two.example:5000/prefix', certificates: 'verified' }],
      },
      {
        name: 'docker.io',
        kind: 'origin',
        ...plain,
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
        ...plain,
        transports: [{ baseUrl: 'https://registry.example:5000', certificates: 'verified' }],
      },
    ]);
  });

  test('of any registry may have mirrors, with a prefix of names and the registry that is meant', () => {
    const registryMirrorsFor = {
      'ghcr.io': ['https://harbor.example/proxy/ghcr/', 'http://localhost:5000'],
      '*': ['https://all.example'],
    };
    const endpoints = (domain: string): readonly unknown[] =>
      endpointsFor(domain, config({ registryMirrorsFor })).map(
        ({ name, kind, transports, repositoryPrefix, namespace }) => [
          ...[name, kind, transports[0]?.baseUrl, transports[0]?.certificates],
          ...[repositoryPrefix, namespace],
        ],
      );
    expect(endpoints('ghcr.io')).toEqual([
      [
        ...['https://harbor.example/proxy/ghcr', 'mirror', 'https://harbor.example', 'verified'],
        ...['proxy/ghcr/', 'ghcr.io'],
      ],
      ...[['http://localhost:5000', 'mirror', 'http://localhost:5000', 'none', '', 'ghcr.io']],
      ...[['ghcr.io', 'origin', 'https://ghcr.io', 'verified', '', undefined]],
    ]);
    expect(endpoints('quay.io').map((endpoint) => (endpoint as unknown[])[0])).toEqual([
      'https://all.example',
      'quay.io',
    ]);
  });

  test('of Docker Hub named twice are one', () => {
    const registryMirrors = ['https://one.example', 'https://one.example/'];
    const names = endpointsFor('docker.io', config({ registryMirrors })).map(({ name }) => name);
    expect(names).toEqual(['https://one.example', 'docker.io']);
  });

  test('of an insecure registry are https with any certificate, then http', () => {
    expect(endpointsFor('localhost:5000', config())[0]?.transports).toEqual([
      { baseUrl: 'https://localhost:5000', certificates: 'none' },
      { baseUrl: 'http://localhost:5000', certificates: 'none' },
    ]);
  });
});

describe('names that are no addresses', () => {
  test.each(['127.0.0.1:99999', '127.0.0.1:0', 'localhost:00'])('%s is refused', (domain) => {
    expect(() => endpointsFor(domain, config())).toThrow(
      expect.objectContaining({ code: 'REGISTRY_UNREACHABLE' }) as Error,
    );
  });

  test.each(['toString', 'hasOwnProperty', 'constructor'])('%s has no mirrors', (domain) => {
    expect(endpointsFor(domain, config()).map(({ name }) => name)).toEqual([domain]);
  });
});
