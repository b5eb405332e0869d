import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { mediaTypeOf } from '../../../runtime/mirror/images/media-type-of.ts';
import { packageHosts } from '../../../runtime/mirror/packages/package-hosts.ts';
import { parsePackagePath } from '../../../runtime/mirror/packages/package-request.ts';
import { parseRange } from '../../../runtime/mirror/request/byte-span.ts';
import { parseRegistryRequest } from '../../../runtime/mirror/request/registry-request.ts';
import { nameOf, repositoryName } from '../../../runtime/mirror/request/repository-name.ts';

const digest = `sha256:${'a'.repeat(64)}`;

describe('the repository that a request means', () => {
  const name = (text: string, ns?: string): string | undefined => {
    const found = repositoryName(text, ns);
    return found && nameOf(found);
  };

  test.each([
    ['library/app', undefined, 'docker.io/library/app'],
    ['ghcr.io/owner/app', undefined, 'ghcr.io/owner/app'],
    ['owner/app', 'ghcr.io', 'ghcr.io/owner/app'],
    ['ghcr.io/owner/app', 'ghcr.io', 'ghcr.io/owner/app'],
    ['localhost/app', undefined, 'localhost/app'],
    ['127.0.0.1:5000/app', undefined, '127.0.0.1:5000/app'],
    ['registry-1.docker.io/library/app', undefined, 'docker.io/library/app'],
    ['library/app', 'index.docker.io', 'docker.io/library/app'],
    // Not a host: only a part of a name of the registry that ns says.
    ['quay.io/app', 'ghcr.io', 'ghcr.io/quay.io/app'],
    ['app', undefined, 'docker.io/app'],
  ])('of "%s" with ns %s is "%s"', (text, ns, wanted) => {
    expect(name(text, ns)).toBe(wanted);
  });

  test.each([
    ['Library/app', undefined],
    ['library//app', undefined],
    ['ghcr.io/', undefined],
    ['library/app', 'ghcr.io/x'],
    ['library/app', 'user@host'],
    ['library/app', ''],
    [`a/${'b'.repeat(255)}`, undefined],
    ['../etc', undefined],
  ])('of "%s" with ns %s is none', (text, ns) => {
    expect(name(text, ns)).toBeUndefined();
  });
});

describe('requests of the distribution API', () => {
  const parse = (path: string): unknown => parseRegistryRequest(new URL(path, 'http://mirror'));
  const repository = { registry: 'docker.io', path: 'library/app' };

  test('are told apart by their end', () => {
    expect(parse('/v2/')).toEqual({ kind: 'version' });
    expect(parse('/v2/library/app/manifests/latest')).toEqual({
      kind: 'manifest',
      repository,
      selector: 'latest',
    });
    expect(parse(`/v2/library/app/blobs/${digest.replace(':', '%3A')}`)).toEqual({
      kind: 'blob',
      repository,
      digest,
    });
    expect(parse('/v2/library/app/tags/list?n=3&last=a')).toEqual({
      kind: 'tags',
      repository,
      count: 3,
      last: 'a',
    });
    expect(parse(`/v2/library/app/referrers/${digest}`)).toMatchObject({
      kind: 'referrers',
      repository,
      digest,
    });
    // A repository may have any of these words in its name.
    expect(parse('/v2/a/manifests/b/blobs/manifests/1')).toMatchObject({
      kind: 'manifest',
      repository: { path: 'a/manifests/b/blobs' },
    });
  });

  test('of any shape get an answer', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true }), fc.string(), (url, text) => {
        const { pathname, search } = new URL(url);
        for (const path of [
          `/v2${pathname}${search}`,
          `/v2/${encodeURIComponent(text)}/manifests/${encodeURIComponent(text)}`,
        ])
          parse(path);
      }),
    );
  });
});

describe('ranges', () => {
  test.each([
    [undefined, { kind: 'whole' }],
    ['bytes=0-0', { kind: 'part', from: 0, to: 1 }],
    ['bytes=2-', { kind: 'part', from: 2, to: 10 }],
    ['bytes=2-99', { kind: 'part', from: 2, to: 10 }],
    ['bytes=-3', { kind: 'part', from: 7, to: 10 }],
    ['bytes=-99', { kind: 'part', from: 0, to: 10 }],
    ['bytes=10-', { kind: 'unsatisfiable' }],
    ['bytes=-0', { kind: 'unsatisfiable' }],
    ['bytes=5-2', { kind: 'whole' }],
    ['bytes=-', { kind: 'whole' }],
    ['bytes=1-2,4-5', { kind: 'whole' }],
    ['lines=1-2', { kind: 'whole' }],
  ])('"%s" of ten bytes', (header, wanted) => {
    expect(parseRange(header, 10)).toEqual(wanted);
  });

  test('of nothing cannot be satisfied', () => {
    expect(parseRange('bytes=0-', 0)).toEqual({ kind: 'unsatisfiable' });
    expect(parseRange('bytes=-1', 0)).toEqual({ kind: 'unsatisfiable' });
  });
});

describe('files of package repositories', () => {
  test('have one name, whichever way a client encodes it', () => {
    const paths = ['pool/a+b~1%3a2.deb', 'pool/a%2Bb%7e1:2.deb', './pool/a%2bb~1%3A2.deb'];
    const found = paths.map((path) => parsePackagePath(`/packages/Deb.Debian.org/${path}`));
    expect(new Set(found.map((one) => JSON.stringify(one)))).toHaveProperty('size', 1);
    expect(found[0]).toMatchObject({
      host: 'deb.debian.org',
      path: '/pool/a%2Bb~1%3A2.deb',
      life: 'forever',
    });
  });

  test.each([
    ['dists/stable/InRelease', 'until-changed', undefined],
    ['x/APKINDEX.tar.gz', 'until-changed', undefined],
    ['x/a.rpm', 'forever', undefined],
    [`dists/by-hash/SHA256/${'a'.repeat(64)}`, 'forever', digest],
    [`dists/by-hash/SHA256/${'a'.repeat(63)}`, 'until-changed', undefined],
  ])('"%s" lives %s', (path, life, wanted) => {
    expect(parsePackagePath(`/packages/h/${path}`)).toMatchObject({ life, digest: wanted });
  });

  test('never lead out of their host', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(fc.constantFrom('..', '%2e%2e', '.', '%2f', '\\', '%00', '@', ''), fc.string()),
        ),
        (parts) => {
          const request = parsePackagePath(`/packages/host.example/${parts.join('/')}`);
          if (request === undefined) return;
          const url = new URL(request.path, 'http://host.example');
          expect(url.host).toBe('host.example');
          expect(url.pathname.split('/').map(decodeURIComponent)).not.toContain('..');
          expect(url.search + url.hash).toBe('');
        },
      ),
    );
  });
});

describe('package hosts', () => {
  const sources = [
    '# deb http://commented.example/debian stable main',
    'deb [arch=amd64 signed-by=/a] https://Repo.example:8443/x stable main',
    'deb http://user:secret@private.example/debian stable main',
    'deb http://127.0.0.1:3142/debian stable main\ndeb http://[fe80::1]/x ./\ndeb http://localhost/x ./',
    'Types: deb\nURIs: http://one.example/debian https://two.example/debian\nSuites: stable',
  ];

  test('are the usual ones and those of the sources, but for passwords and what is near', () => {
    const hosts = packageHosts(sources, []);
    expect([...hosts].filter(([, url]) => url.includes('example'))).toEqual([
      ['repo.example:8443', 'https://repo.example:8443'],
      ['one.example', 'http://one.example'],
      ['two.example', 'https://two.example'],
    ]);
    expect([...hosts.keys()]).toContain('deb.debian.org');
    expect(hosts.size).toBe(8);
  });

  test('are only those that were allowed, if there are any', () => {
    expect([...packageHosts(sources, ['a.example', 'http://127.0.0.1:80'])]).toEqual([
      ['a.example', 'https://a.example'],
      ['127.0.0.1', 'http://127.0.0.1'],
    ]);
  });
});

test('media types are those that manifests say, if they can stand in a header', () => {
  const typeOf = (value: unknown): string => mediaTypeOf(Buffer.from(JSON.stringify(value)));
  expect(typeOf({ mediaType: 'a/b+json' })).toBe('a/b+json');
  expect(typeOf({ mediaType: 'a/b\r\nx: y' })).toBe('application/vnd.oci.image.manifest.v1+json');
  expect(typeOf({ schemaVersion: 2, manifests: [] })).toBe(
    'application/vnd.oci.image.index.v1+json',
  );
  expect(typeOf({ schemaVersion: 1 })).toBe(
    'application/vnd.docker.distribution.manifest.v1+prettyjws',
  );
  expect(mediaTypeOf(Buffer.from('no JSON'))).toBe('application/vnd.oci.image.manifest.v1+json');
});
