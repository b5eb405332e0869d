import { extract } from 'tar-stream';
import { z } from 'zod';
import { bundleMessages as m } from '../../messages/areas/bundle.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import { open } from '../../runtime/host/files.ts';

/** `manifest.json` of an archive, as `docker save` writes it. */
const savedImages = z.array(z.object({ RepoTags: z.array(z.string()).nullish() }));

/** `index.json` of an OCI image layout (image-spec 1.1, image-layout.md). */
const layoutIndex = z.object({
  manifests: z.array(z.object({ annotations: z.record(z.string(), z.string()).optional() })),
});

/** Larger files of an archive are layers. */
const largestList = 1 << 20;

/**
 * Names of the images in an archive of `docker save` or of an OCI image layout.
 *
 * @throws BerthError BUNDLE_INPUT_INVALID when it is no such archive, or no image in it has a name
 */
export async function imageNamesIn(path: string): Promise<readonly string[]> {
  let names: readonly string[] = [];
  try {
    const lists = await readLists(path);
    names = [
      ...namesInManifest(lists.get('manifest.json')),
      ...namesInIndex(lists.get('index.json')),
    ];
  } catch (cause) {
    throw noImages(path, cause);
  }
  if (names.length === 0) throw noImages(path, undefined);
  return [...new Set(names)].toSorted();
}

async function readLists(path: string): Promise<ReadonlyMap<string, unknown>> {
  const lists = new Map<string, unknown>();
  const file = await open(path, 'r');
  const entries = extract();
  const source = file.createReadStream();
  source.on('error', (error) => {
    entries.destroy(error);
  });
  source.pipe(entries);
  for await (const entry of entries) {
    const name = entry.header.name.replace(/^\.\//, '');
    if (/^(manifest|index)\.json$/.test(name) && entry.header.size < largestList) {
      const chunks = await Array.fromAsync(entry as AsyncIterable<Buffer>);
      lists.set(name, JSON.parse(Buffer.concat(chunks).toString('utf8')));
    } else {
      entry.resume();
    }
  }
  return lists;
}

function namesInManifest(list: unknown): readonly string[] {
  return list === undefined
    ? []
    : savedImages.parse(list).flatMap(({ RepoTags: tags }) => tags ?? []);
}

/** In a layout the full name is containerd's annotation; the specification's own is often the tag alone. */
function namesInIndex(index: unknown): readonly string[] {
  if (index === undefined) return [];
  return layoutIndex.parse(index).manifests.flatMap(({ annotations = {} }) => {
    const name =
      annotations['io.containerd.image.name'] ?? annotations['org.opencontainers.image.ref.name'];
    return name?.includes(':') ? [name] : [];
  });
}

function noImages(path: string, cause: unknown): BerthError {
  return new BerthError('BUNDLE_INPUT_INVALID', {
    message: m.noImages({ path }),
    remedy: m.noImagesRemedy(),
    details: { path },
    ...(cause === undefined ? {} : { cause }),
  });
}
