import { join } from 'node:path';
import { bundleMessages as m } from '../../../messages/areas/bundle.ts';
import { ApiClient, segment } from '../../../runtime/cli/client/client.ts';
import { parseEndpoint } from '../../../runtime/cli/client/endpoint.ts';
import { isBerthError } from '../../../runtime/errors/berth-error.ts';
import { existsNow } from '../../../runtime/host/exists-now.ts';
import { readFile, readTextIfExists } from '../../../runtime/host/files.ts';
import { imageIndex, imageIndexPath, imagesFolder } from '../../bundle/image-index.ts';
import { packageOrigin, packageOriginPath, packagesFolder } from '../../bundle/package-origin.ts';
import { loadImages } from '../../old-docker/load-images.ts';
import { plannedProgram } from '../../program/planned-program.ts';
import { berthProgram } from '../../program/self.ts';
import { readDistribution } from '../../repositories/distribution.ts';
import { nothingPlanned, type UpFeature } from './feature.ts';

/** What came with the bundle that runs this, for a host without a network: images, and a repository of packages. */
export const bundleContents: UpFeature = {
  name: 'bundle-contents',
  // It has no options: what is in the bundle was asked for when it was made.
  define: () => undefined,
  request: () => {
    const { kind, root, version } = berthProgram();
    const has = (path: string): boolean => kind === 'bundle' && existsNow(join(root, path));
    return {
      ...(has(imageIndexPath) ? { bundledImages: version } : {}),
      ...(has(packageOriginPath) ? { bundledPackages: version } : {}),
    };
  },
  plan: async (raw, { host }) => {
    const options: { readonly asInstalled?: true } = raw;
    const { kind, root } = berthProgram();
    if (kind === 'source') return nothingPlanned;
    const text = await readTextIfExists(join(root, packageOriginPath));
    if (text === undefined) return nothingPlanned;
    const origin = packageOrigin.parse(JSON.parse(text));
    const { id, codename } = await readDistribution(host);
    if (origin.id !== id || origin.codename !== codename) {
      return { ...nothingPlanned, summary: [m.otherDistribution({ ...origin })] };
    }
    const folder = join(plannedProgram(options).root, packagesFolder);
    return { ...nothingPlanned, before: [{ kind: 'bundled-packages', folder }] };
  },
  whenReady: {
    key: 'bundledImages',
    run: async (_request, { context, tell, engine }) => {
      const { root } = berthProgram();
      const text = await readFile(join(root, imageIndexPath), 'utf8').catch(() => '[]');
      const client = new ApiClient(parseEndpoint(`unix://${engine.socketPath}`));
      for (const { file, names } of imageIndex.parse(JSON.parse(text))) {
        if (await hasAll(client, names)) continue;
        const { signal } = context;
        await loadImages(join(root, imagesFolder, file), { socketPath: engine.socketPath, signal });
        tell(m.imagesLoaded({ names: names.join(', ') }));
      }
    },
  },
};

async function hasAll(client: ApiClient, names: readonly string[]): Promise<boolean> {
  for (const name of names) {
    try {
      await client.json({ method: 'GET', path: `/images/${segment(name)}/json` });
    } catch (error) {
      if (isBerthError(error)) return false;
      throw error;
    }
  }
  return true;
}
