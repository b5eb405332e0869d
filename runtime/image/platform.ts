import { arch } from 'node:process';

import { BerthError } from '../errors/berth-error.ts';
import type { Platform } from './image-config.ts';
import type { Descriptor, ImageIndex } from './manifest.ts';
import { mediaTypes } from './media-types.ts';

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

/** Other names of processors (`uname -m`, Debian's), as people write them after `--platform`. */
const aliases: Readonly<
  Record<string, { readonly architecture: string; readonly variant?: string }>
> = {
  x86_64: { architecture: 'amd64' },
  'x86-64': { architecture: 'amd64' },
  aarch64: { architecture: 'arm64' },
  i386: { architecture: '386' },
  armhf: { architecture: 'arm', variant: 'v7' },
  armel: { architecture: 'arm', variant: 'v6' },
};

/** Operating systems that Go knows (containerd's `platforms`). */
const systems: ReadonlySet<string> = new Set([
  ...['aix', 'android', 'darwin', 'dragonfly', 'freebsd', 'hurd', 'illumos', 'ios', 'js', 'linux'],
  ...['nacl', 'netbsd', 'openbsd', 'plan9', 'solaris', 'windows', 'zos'],
]);

/** Processors that it knows. */
const architectures: ReadonlySet<string> = new Set([
  ...['386', 'amd64', 'amd64p32', 'arm', 'armbe', 'arm64', 'arm64be', 'loong64', 'mips', 'mipsle'],
  ...['mips64', 'mips64le', 'mips64p32', 'mips64p32le', 'ppc', 'ppc64', 'ppc64le', 'riscv'],
  ...['riscv64', 's390', 's390x', 'sparc', 'sparc64', 'wasm'],
]);

/** What a processor is when no variant is named. */
const usualVariants: Readonly<Record<string, string>> = { amd64: 'v1', arm: 'v7', arm64: 'v8' };

/** A platform as others can be compared with it. */
interface CanonicalPlatform {
  readonly os: string;
  readonly architecture: string;
  readonly variant: string;
}

function canonical(platform: Platform): CanonicalPlatform {
  const { os, architecture, variant } = normalPlatform(platform);
  const usual = Object.hasOwn(usualVariants, architecture) ? usualVariants[architecture] : '';
  return { os, architecture, variant: variant ?? usual ?? '' };
}

function aliasOf(lower: string): (typeof aliases)[string] | undefined {
  // Own names only: an index may say that its architecture is "constructor".
  return Object.hasOwn(aliases, lower) ? aliases[lower] : undefined;
}

/** A platform in the words of indexes: lower case, and the usual name where there are several. */
export function normalPlatform({ os, architecture, variant }: Platform): Platform {
  const lower = architecture.toLowerCase();
  const { architecture: usual, variant: meant } = aliasOf(lower) ?? { architecture: lower };
  const named = (variant ?? '') === '' ? meant : variant?.toLowerCase();
  return {
    os: os.toLowerCase() === 'macos' ? 'darwin' : os.toLowerCase(),
    architecture: usual,
    ...(named === undefined ? {} : { variant: named.replace(/^(?=[0-9])/, 'v') }),
  };
}

/** The platform that one word stands for, an operating system or a processor; the host has the other. @throws ARCH_UNSUPPORTED */
export function platformOfWord(word: string): Platform | undefined {
  const { os } = normalPlatform({ os: word, architecture: '' });
  if (systems.has(os)) return { ...hostPlatform(), os };
  const platform = normalPlatform({ os: 'linux', architecture: word });
  return architectures.has(platform.architecture) ? platform : undefined;
}

/** Variants of a kind from one down to another: `v7`, `v6`, `v5`. */
function down(from: number, to: number, format = (n: number): string => `v${n}`): string[] {
  return Array.from({ length: Math.max(from - to + 1, 0) }, (_, i) => format(from - i));
}

/** arm64/v9.x runs what v9.(x-1) runs, and what v8.(x+5) does, from which it came. */
function arm64Variants(variant: string): string[] {
  const [, major = '', minor = '0'] = /^v([89])(?:\.([0-9]))?$/.exec(variant) ?? [];
  if (major === '') return [variant];
  const minors = (of: string, from: number): string[] =>
    down(from, 0, (n) => (n === 0 ? `v${of}` : `v${of}.${n}`));
  const least = Number(minor);
  return major === '9' ? [...minors('9', least), ...minors('8', least + 5)] : minors('8', least);
}

/**
 * What a processor can run, best first, as `platforms.Only` of containerd has it: what it is, its older variants, and the
 * 32-bit processor that it can be too.
 */
function runnable(wanted: Platform): readonly CanonicalPlatform[] {
  const own = canonical(wanted);
  const { os, architecture, variant } = own;
  const number = Number(/^v([0-9]+)$/.exec(variant)?.[1] ?? Number.NaN);
  const all = (of: string, variants: readonly string[]): CanonicalPlatform[] =>
    variants.map((each) => ({ os, architecture: of, variant: each }));
  switch (architecture) {
    case 'amd64':
      return [own, ...all('amd64', down(number - 1, 1)), ...all('386', [''])];
    case 'arm':
      return [own, ...all('arm', down(number - 1, 5))];
    case 'arm64':
      return [...all('arm64', arm64Variants(variant)), ...all('arm', down(8, 5))];
    default:
      return [own];
  }
}

function isSame(a: CanonicalPlatform, b: CanonicalPlatform): boolean {
  return a.os === b.os && a.architecture === b.architecture && a.variant === b.variant;
}

/** Signatures and build records that BuildKit puts beside images; they are no images. */
function isAttestation({ annotations }: Descriptor): boolean {
  return annotations?.['vnd.docker.reference.type'] !== undefined;
}

/**
 * The image of an index for a platform (OCI image-spec 1.1, image-index.md), or else the best that it can run.
 * Attestations, whose platform is `unknown/unknown`, never match.
 */
export function choosePlatform(index: ImageIndex, wanted: Platform): Descriptor | undefined {
  const images = index.manifests.filter((descriptor) => !isAttestation(descriptor));
  for (const platform of runnable(wanted)) {
    const found = images.find(
      (descriptor) =>
        descriptor.platform !== undefined && isSame(canonical(descriptor.platform), platform),
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Entries that do not say what they are for, and may have an image for any platform: indexes in the index, and the only
 * image of an index.
 */
export function unnamedPlatforms(index: ImageIndex): readonly Descriptor[] {
  const unnamed = index.manifests.filter(
    (descriptor) => descriptor.platform === undefined && !isAttestation(descriptor),
  );
  const isIndex = ({ mediaType }: Descriptor): boolean =>
    mediaType === mediaTypes.ociIndex || mediaType === mediaTypes.dockerManifestList;
  return index.manifests.length === 1 ? unnamed : unnamed.filter(isIndex);
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
