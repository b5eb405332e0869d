import { describe, expect, test } from 'vitest';

import { digestOf } from '../../../runtime/image/digest.ts';
import type { ImageIndex } from '../../../runtime/image/manifest.ts';
import {
  choosePlatform,
  formatPlatform,
  platformUnavailable,
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
    [['linux/arm/v6', 'linux/arm/v7'], 'linux/arm', 'linux/arm/v6'],
    [['windows/amd64', 'linux/amd64'], 'linux/amd64', 'linux/amd64'],
    [['linux/amd64/v3', 'linux/amd64'], 'linux/amd64', 'linux/amd64'],
    [['windows/amd64', 'unknown/unknown'], 'linux/amd64', undefined],
    [[], 'linux/amd64', undefined],
  ])('of %j for %s', (platforms, wanted, expected) => {
    expect(choose(indexOf(...platforms), wanted)).toBe(expected);
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
