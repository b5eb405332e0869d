import { join } from 'node:path';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import { readFile } from '../../runtime/host/files.ts';
import { bundleMessages as m } from '../../messages/areas/bundle.ts';
import type { BerthProgram } from '../program/self.ts';
import type { Architecture } from './architecture.ts';
import type { BundleFile } from './bundle-file.ts';
import { bundleManifest, manifestName, sha256Of, type BundleManifest } from './manifest.ts';

/** Reads the manifest of an unpacked bundle. @throws BerthError BUNDLE_CORRUPT */
export async function readManifest(root: string): Promise<BundleManifest> {
  try {
    return bundleManifest.parse(JSON.parse(await readFile(join(root, manifestName), 'utf8')));
  } catch (cause) {
    throw new BerthError('BUNDLE_CORRUPT', {
      message: m.manifestUnreadable({ path: join(root, manifestName) }),
      remedy: m.corruptRemedy(),
      cause,
    });
  }
}

/**
 * The files of a bundle that this berth runs from: the same archive can be made of them again.
 *
 * @throws BerthError BUNDLE_CORRUPT when one is missing or was changed, BUNDLE_ARCH_UNAVAILABLE for another processor
 */
export async function filesFromBundle(
  program: BerthProgram,
  arch: Architecture,
): Promise<{ readonly files: readonly BundleFile[]; readonly manifest: BundleManifest }> {
  const manifest = await readManifest(program.root);
  if (manifest.arch !== arch) {
    throw new BerthError('BUNDLE_ARCH_UNAVAILABLE', {
      message: m.otherArchitecture({ wanted: arch, own: manifest.arch }),
      remedy: m.otherArchitectureRemedy({ arch }),
    });
  }
  const damaged = await damagedFiles(program.root, manifest);
  if (damaged.length > 0) {
    throw new BerthError('BUNDLE_CORRUPT', {
      message: m.filesDamaged({ root: program.root, paths: damaged.join('", "') }),
      remedy: m.corruptRemedy(),
      details: { damaged },
    });
  }
  const files = Object.keys(manifest.files).map((path): BundleFile => ({
    path,
    kind: manifest.programs.includes(path) ? 'program' : 'data',
    content: { path: join(program.root, path) },
  }));
  return { files, manifest };
}

/** Files of an unpacked bundle that are missing, or not as the manifest has them. */
export async function damagedFiles(
  root: string,
  manifest: BundleManifest,
): Promise<readonly string[]> {
  const damaged: string[] = [];
  for (const [path, digest] of Object.entries(manifest.files)) {
    const found = await sha256Of({ path: join(root, path) }).catch(() => undefined);
    if (`sha256:${found}` !== digest) damaged.push(path);
  }
  return damaged;
}
