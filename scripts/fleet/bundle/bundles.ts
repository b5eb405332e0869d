import { basename } from 'node:path';
import { fleetErrorMessages as m } from '../../../messages/areas/fleet-errors.ts';
import { BerthError } from '../../../runtime/errors/berth-error.ts';
import type { FleetArch } from '../remote/inspect.ts';
import { readBundle, type FleetBundle } from './fleet-bundle.ts';

/**
 * Makes or finds the bundle for a processor. Throws FLEET_ARCH_UNSUPPORTED, FLEET_BUNDLE_INVALID, and what making
 * throws.
 */
export type BundleSource = (arch: FleetArch) => Promise<FleetBundle>;

/** A source that gives each processor's bundle once, however many hosts ask at the same time. */
export function eachOnce(source: BundleSource): BundleSource {
  const asked = new Map<FleetArch, Promise<FleetBundle>>();
  return (arch) => {
    const before = asked.get(arch);
    if (before !== undefined) return before;
    const bundle = source(arch);
    asked.set(arch, bundle);
    return bundle;
  };
}

/** The processor for which a bundle is, by the archive's name. Throws FLEET_BUNDLE_INVALID. */
function archOf(path: string): FleetArch {
  const [, arch] = /-linux-(x64|arm64)\.tar\.gz$/.exec(basename(path)) ?? [];
  if (arch === 'x64' || arch === 'arm64') return arch;
  throw invalid(path, m.bundleName());
}

/** Bundles that are there already, one for a processor. Throws FLEET_BUNDLE_INVALID. */
export function givenBundles(paths: readonly string[]): BundleSource {
  const byArch = new Map<FleetArch, string>();
  for (const path of paths) {
    const arch = archOf(path);
    if (byArch.has(arch)) throw invalid(path, m.bundleTwice({ arch }));
    byArch.set(arch, path);
  }
  return async (arch) => {
    const path = byArch.get(arch);
    if (path !== undefined) return readBundle(path, arch);
    throw new BerthError('FLEET_ARCH_UNSUPPORTED', {
      message: m.archNoBundle({ arch, given: [...byArch.keys()].join(', ') }),
      remedy: m.archNoBundleRemedy({ arch }),
      details: { arch, given: [...byArch.keys()] },
    });
  };
}

function invalid(path: string, why: string): BerthError {
  return new BerthError('FLEET_BUNDLE_INVALID', {
    message: m.bundleInvalid({ path, why }),
    remedy: m.bundleInvalidRemedy(),
  });
}
