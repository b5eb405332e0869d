import { describe, expect, test } from 'vitest';

import { parseImageConfig, parseManifest } from '../../../runtime/image/manifest.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const descriptor = { mediaType: 'x', digest, size: 1 };
const bytes = (document: unknown): Uint8Array => Buffer.from(JSON.stringify(document));
const invalid = expect.objectContaining({ code: 'MANIFEST_INVALID' }) as Error;

describe('a manifest', () => {
  test('of an image is told from an index by its fields, media type or not', () => {
    expect(
      parseManifest(bytes({ schemaVersion: 2, config: descriptor, layers: [descriptor] }), 'm'),
    ).toMatchObject({
      kind: 'image',
      manifest: { config: { digest } },
    });
    expect(parseManifest(bytes({ schemaVersion: 2, manifests: [descriptor] }), 'm')).toMatchObject({
      kind: 'index',
    });
  });

  test.each([{ schemaVersion: 0 }, {}])('whose maker forgot the version is one: %o', (version) => {
    const image = bytes({ ...version, config: descriptor, layers: [] });
    expect(parseManifest(image, 'm').kind).toBe('image');
    expect(parseManifest(bytes({ ...version, manifests: [] }), 'm').kind).toBe('index');
  });

  test.each([
    ['both at once', { schemaVersion: 2, config: descriptor, layers: [], manifests: [] }],
    ['of version 1', { schemaVersion: 1, config: descriptor, layers: [] }],
    ['schema 1', { schemaVersion: 1, fsLayers: [], history: [] }],
    ['without a configuration', { schemaVersion: 2, layers: [] }],
    [
      'with a digest that is none',
      { schemaVersion: 2, config: { ...descriptor, digest: 'sha256:x' }, layers: [] },
    ],
    [
      'with a path for a digest',
      { schemaVersion: 2, config: { ...descriptor, digest: '../../etc/passwd' }, layers: [] },
    ],
    ['with a negative size', { schemaVersion: 2, config: { ...descriptor, size: -1 }, layers: [] }],
    ['that is a list', []],
    ['that is null', null],
  ])('%s is refused', (_name, document) => {
    expect(() => parseManifest(bytes(document), 'm')).toThrow(invalid);
  });

  test('that is not UTF-8 is refused', () => {
    expect(() => parseManifest(Buffer.from([0x7b, 0xff, 0x7d]), 'm')).toThrow(invalid);
  });

  test('is named in the error', () => {
    expect(() => parseManifest(bytes({}), 'manifest "abc"')).toThrow(/manifest "abc" is not valid/);
  });
});

describe('an image configuration', () => {
  const rootfs = { type: 'layers', diff_ids: [digest] };

  test('may have null where Go has an empty list, and fields that nobody knows', () => {
    const config = {
      Cmd: null,
      Env: null,
      ExposedPorts: null,
      Labels: null,
      Volumes: null,
      Unknown: 1,
    };
    const parsed = parseImageConfig(
      bytes({ architecture: 'amd64', os: 'linux', config, rootfs, history: null }),
      'c',
    );
    expect(parsed.config).toMatchObject({ Cmd: null, Unknown: 1 });
  });

  test.each([
    ['no rootfs', {}],
    ['layers of another kind', { rootfs: { type: 'other', diff_ids: [] } }],
    ['a DiffID that is none', { rootfs: { type: 'layers', diff_ids: ['x'] } }],
    ['a command that is text', { rootfs, config: { Cmd: '/bin/sh' } }],
    ['an environment of numbers', { rootfs, config: { Env: [1] } }],
  ])('with %s is refused', (_name, document) => {
    expect(() => parseImageConfig(bytes(document), 'c')).toThrow(invalid);
  });
});
