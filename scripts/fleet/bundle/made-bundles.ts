import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mkdtemp, rm } from '../../../runtime/host/files.ts';
import { bundleName, makeBundle } from '../../bundle/make-bundle.ts';
import { berthProgram } from '../../program/self.ts';
import type { BundleSource } from './bundles.ts';
import { readBundle } from './fleet-bundle.ts';

/**
 * Gives `work` a source that makes bundles of the berth that runs this, when they are asked for, and removes them
 * afterwards.
 */
export async function withMadeBundles<T>(
  env: Readonly<Record<string, string | undefined>>,
  work: (bundles: BundleSource) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'berth-fleet-bundle-'));
  try {
    return await work(async (arch) => {
      const name = bundleName(berthProgram().version, arch);
      const { path } = await makeBundle({ arch, to: join(folder, `${name}.tar.gz`), env });
      return readBundle(path, arch);
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
