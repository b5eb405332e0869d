import { describe, expect, test } from 'vitest';

import { digestOf } from '../../../runtime/image/digest.ts';
import type { Descriptor, ImageIndex } from '../../../runtime/image/manifest.ts';
import { mediaTypes } from '../../../runtime/image/media-types.ts';
import {
  choosePlatform,
  formatPlatform,
  platformUnavailable,
  unnamedPlatforms,
} from '../../../runtime/image/platform.ts';

/** An index with an image for each platform, given as `os/architecture/variant`. */
function indexOf(...platforms: readonly string[]): ImageIndex {
  const manifests = platforms.map((text) => {
    const [os = '', architecture = '', variant] = text.split('/');
    return {
      mediaType: '',
      digest: digestOf(text),
      size: 1,
      platform: { os, architecture, variant },
    };
  });
  return { schemaVersion: 2, manifests };
}

function choose(index: ImageIndex, wanted: string): string | undefined {
  const [os = '', architecture = '', variant] = wanted.split('/');
  const chosen = choosePlatform(index, { os, architecture, variant })?.platform;
  return chosen && formatPlatform(chosen);
}

describe('the image for a platform', () => {
  test.each([
    [['linux/amd64', 'linux/arm64'], 'linux/arm64/v8', 'linux/arm64'],
    [['linux/arm64/v8', 'linux/amd64'], 'linux/arm64', 'linux/arm64/v8'],
    [['linux/arm/v6', 'linux/arm/v7'], 'linux/arm/v7', 'linux/arm/v7'],
    [['linux/arm/v6', 'linux/arm/v7'], 'linux/arm', 'linux/arm/v7'],
    [['linux/arm/v5', 'linux/arm/v6', 'linux/arm/v8'], 'linux/arm/v7', 'linux/arm/v6'],
    [['linux/arm/v7'], 'linux/arm/v6', undefined],
    [['linux/arm/v6', 'linux/arm/v7'], 'linux/armhf', 'linux/arm/v7'],
    [['linux/arm64/v8.1', 'linux/arm64'], 'linux/arm64/v9', 'linux/arm64/v8.1'],
    [['linux/arm64/v9'], 'linux/arm64/v8', undefined],
    [['linux/arm/v6', 'linux/arm/v7'], 'linux/arm64', 'linux/arm/v7'],
    [['linux/arm64/8'], 'linux/aarch64', 'linux/arm64/8'],
    [['linux/386', 'linux/amd64/v2'], 'linux/amd64/v3', 'linux/amd64/v2'],
    [['linux/386', 'linux/amd64/v2'], 'linux/amd64', 'linux/386'],
    [['linux/amd64/v1', 'linux/386'], 'linux/x86_64', 'linux/amd64/v1'],
    [['windows/amd64', 'linux/amd64'], 'linux/amd64', 'linux/amd64'],
    [['linux/amd64/v3', 'linux/amd64'], 'linux/amd64', 'linux/amd64'],
    [['windows/amd64', 'unknown/unknown'], 'linux/amd64', undefined],
    [[], 'linux/amd64', undefined],
  ])('of %j for %s', (platforms, wanted, expected) => {
    expect(choose(indexOf(...platforms), wanted)).toBe(expected);
  });

  test('is never an attestation, whatever platform it says it is for', () => {
    const [entry] = indexOf('linux/amd64').manifests;
    const annotations = { 'vnd.docker.reference.type': 'attestation-manifest' };
    const index = {
      schemaVersion: 2 as const,
      manifests: entry ? [{ ...entry, annotations }] : [],
    };
    expect(choosePlatform(index, { os: 'linux', architecture: 'amd64' })).toBeUndefined();
    expect(unnamedPlatforms(index)).toEqual([]);
  });

  test('may be in an index in the index, or be the only one there is', () => {
    const entry = (mediaType: string): Descriptor => ({
      mediaType,
      digest: digestOf('x'),
      size: 1,
    });
    const [image, inner] = [entry(mediaTypes.ociManifest), entry(mediaTypes.ociIndex)];
    expect(unnamedPlatforms({ schemaVersion: 2, manifests: [image] })).toEqual([image]);
    expect(unnamedPlatforms({ schemaVersion: 2, manifests: [image, inner] })).toEqual([inner]);
  });

  test('of entries that name none is none', () => {
    const index = {
      schemaVersion: 2 as const,
      manifests: [{ mediaType: '', digest: digestOf('x'), size: 1 }],
    };
    expect(choosePlatform(index, { os: 'linux', architecture: 'amd64' })).toBeUndefined();
  });

  test('that is not there is an error that names those that are', () => {
    const error = platformUnavailable(
      indexOf('linux/amd64', 'linux/arm/v7'),
      { os: 'linux', architecture: 'ppc64le' },
      'app',
    );
    expect(error).toMatchObject({
      code: 'PLATFORM_UNAVAILABLE',
      message: 'no matching manifest for linux/ppc64le in the manifest list entries of "app"',
      details: { offered: ['linux/amd64', 'linux/arm/v7'] },
    });
  });
});
