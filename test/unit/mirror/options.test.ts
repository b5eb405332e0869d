import { describe, expect, test } from 'vitest';

import { BerthError } from '../../../runtime/errors/berth-error.ts';
import type { MirrorEvent } from '../../../runtime/mirror/mirror-event.ts';
import { parseServeOptions } from '../../../scripts/mirror/options.ts';
import type { ServeOptions } from '../../../scripts/mirror/options.ts';
import { eventJson, renderEvent } from '../../../scripts/mirror/render-event.ts';

const options: ServeOptions = {
  listen: '127.0.0.1:5000',
  dataRoot: '/data',
  config: '/none',
  serveLocal: 'public',
  maxSize: '20GB',
  manifestTtl: '5m',
};

describe('the options of "berth mirror serve"', () => {
  test('have sensible defaults', () => {
    expect(parseServeOptions(options)).toEqual({
      dataRoot: '/data',
      host: '127.0.0.1',
      port: 5000,
      configPath: '/none',
      allowedRegistries: [],
      replacements: new Map(),
      maxBytes: 20e9,
      manifestTtlMs: 300_000,
      localPolicy: 'public',
      allowedPackageHosts: [],
    });
  });

  test('may have several values', () => {
    const parsed = parseServeOptions({
      ...options,
      listen: '[::1]:0',
      allow: ['ghcr.io,quay.io', 'registry.example:5000'],
      allowPackages: ['http://one.example,two.example'],
      upstream: [
        'http://a.example',
        'index.docker.io=http://b.example',
        'ghcr.io=https://c.example/proxy',
      ],
      maxSize: '1.5 TB',
    });
    expect(parsed).toMatchObject({
      host: '::1',
      port: 0,
      allowedRegistries: ['ghcr.io', 'quay.io', 'registry.example:5000'],
      allowedPackageHosts: ['http://one.example', 'two.example'],
      maxBytes: 1.5e12,
    });
    expect([...parsed.replacements]).toEqual([
      ['docker.io', ['http://a.example', 'http://b.example']],
      ['ghcr.io', ['https://c.example/proxy']],
    ]);
    expect(parseServeOptions({ ...options, listen: ':80' })).toMatchObject({
      host: '::',
      port: 80,
    });
  });

  test.each<[Partial<ServeOptions>, string]>([
    [{ listen: '5000' }, '--listen is "5000"; wanted an address and a port'],
    [{ listen: '1.2.3.4:99999' }, '--listen is "1.2.3.4:99999"; wanted an address and a port'],
    [{ listen: '::1:5000' }, '--listen is "::1:5000"; wanted an address and a port'],
    [
      { upstream: ['docker.io=ftp://x'] },
      '--upstream is "docker.io=ftp://x"; wanted a URL, or a registry, "=" and a URL',
    ],
    [{ upstream: ['x'] }, '--upstream is "x"; wanted a URL, or a registry, "=" and a URL'],
    [{ maxSize: '-1' }, '--max-size is "-1"; wanted a size'],
    [{ maxSize: '2XB' }, '--max-size is "2XB"; wanted a size'],
    [{ manifestTtl: '5' }, '--manifest-ttl is "5"; wanted a time'],
    [{ allowPackages: ['a/b'] }, '--allow-packages is "a/b"; wanted a host, or http:// and a host'],
    [
      { allowPackages: ['http://u:p@h'] },
      '--allow-packages is "http://u:p@h"; wanted a host, or http:// and a host',
    ],
  ])('%o is refused', (wrong, message) => {
    expect(() => parseServeOptions({ ...options, ...wrong })).toThrow(
      expect.objectContaining({ code: 'USAGE', message }),
    );
  });
});

test('what a mirror tells is one line, for people and for programs', () => {
  const error = new BerthError('REGISTRY_UNREACHABLE', { message: 'no route' });
  const events: readonly MirrorEvent[] = [
    { kind: 'listening', url: 'http://127.0.0.1:5000' },
    {
      kind: 'fetched',
      what: 'docker.io/library/app@sha256:1',
      from: 'docker.io',
      bytes: 1500,
      tookMs: 7,
    },
    { kind: 'stale', what: 'docker.io/library/app:1', error },
    { kind: 'problem', what: 'scores', error: undefined },
    { kind: 'problem', what: 'stopping', error, topic: 'stopping' },
  ];
  expect(events.map(renderEvent)).toEqual([
    'serving on http://127.0.0.1:5000',
    'fetched docker.io/library/app@sha256:1 (1.5 kB in 7 ms) from docker.io',
    'warning: served as it was, unchecked: docker.io/library/app:1: no route',
    'warning: scores',
    'warning: stopping: no route',
  ]);
  expect(events.map((event) => JSON.parse(eventJson(event, 0)) as unknown)[2]).toEqual({
    time: '1970-01-01T00:00:00.000Z',
    kind: 'stale',
    what: 'docker.io/library/app:1',
    error: { code: 'REGISTRY_UNREACHABLE', message: 'no route' },
  });
});
