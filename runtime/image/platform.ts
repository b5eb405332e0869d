import { arch } from 'node:process';

import { BerthError } from '../errors/berth-error.ts';
import type { Platform } from './image-config.ts';
import type { Descriptor, ImageIndex } from './manifest.ts';

/** Node's names of processors, as Go and so OCI call them. */
const goArchitectures: Readonly<Record<string, Platform>> = {
  x64: { os: 'linux', architecture: 'amd64' },
  arm64: { os: 'linux', architecture: 'arm64', variant: 'v8' },
};

/** The platform of this host. @throws ARCH_UNSUPPORTED */
export function hostPlatform(): Platform {
  const platform = goArchitectures[arch];
  if (platform !== undefined) return platform;
  throw new BerthError('ARCH_UNSUPPORTED', {
    message: `the processor is "${arch}"; wanted x64 or arm64`,
    remedy: 'Run berth on a 64-bit x86 or ARM machine.',
  });
}

/** A platform as Docker writes it: `linux/arm64/v8`. */
export function formatPlatform({ os, architecture, variant }: Platform): string {
  return [os, architecture, ...(variant === undefined ? [] : [variant])].join('/');
}

/** arm64 has only one variant in use, which may be named or not. */
function variantOf({ architecture, variant }: Platform): string {
  return variant ?? (architecture === 'arm64' ? 'v8' : '');
}

/** How well a descriptor fits: the same variant is better than another one of the same architecture. */
function fit(descriptor: Descriptor, wanted: Platform): number {
  const { platform } = descriptor;
  if (platform?.os !== wanted.os || platform.architecture !== wanted.architecture) return 0;
  return variantOf(platform) === variantOf(wanted) ? 2 : 1;
}

/**
 * The image of an index for a platform (OCI image-spec 1.1, image-index.md). Attestations, whose platform is
 * `unknown/unknown`, never match.
 */
export function choosePlatform(index: ImageIndex, wanted: Platform): Descriptor | undefined {
  let best: Descriptor | undefined;
  for (const descriptor of index.manifests) {
    if (fit(descriptor, wanted) > (best === undefined ? 0 : fit(best, wanted))) best = descriptor;
  }
  return best;
}

/** A PLATFORM_UNAVAILABLE error, in Docker's words. */
export function platformUnavailable(index: ImageIndex, wanted: Platform, name: string): BerthError {
  const offered = index.manifests.flatMap(({ platform }) =>
    platform ? [formatPlatform(platform)] : [],
  );
  return new BerthError('PLATFORM_UNAVAILABLE', {
    message: `no matching manifest for ${formatPlatform(wanted)} in the manifest list entries of "${name}"`,
    remedy: `Choose another image or tag; this one is for: ${offered.join(', ') || 'no platform that it names'}.`,
    details: { wanted: formatPlatform(wanted), offered },
  });
}
