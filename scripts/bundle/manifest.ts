import { createHash } from 'node:crypto';
import { z } from 'zod';
import { open } from '../../runtime/host/files.ts';
import { architectures, type Architecture } from './architecture.ts';
import { inOrder, type BundleFile } from './bundle-file.ts';

/** A bundle's list of itself, at its top. */
export const manifestName = 'manifest.json';
/** The same digests as sha256sum(1) reads them, the manifest's own among them. */
export const digestsName = 'SHA256SUMS';

/** What is in a bundle: `manifest.json`. */
export const bundleManifest = z.strictObject({
  schemaVersion: z.literal(1),
  version: z.string(),
  arch: z.enum(architectures),
  /** Time of every file in the archive, in seconds since 1970-01-01 UTC. */
  sourceDateEpoch: z.int().nonnegative(),
  /** Digest (`sha256:<hex>`) of every file but this one and SHA256SUMS, by its path in the bundle. */
  files: z.record(z.string(), z.string().regex(/^sha256:[0-9a-f]{64}$/)),
  /** Those of them that may be executed. */
  programs: z.array(z.string()),
});

/** What is in a bundle. */
export type BundleManifest = z.infer<typeof bundleManifest>;

/** Manifest and digests of `files`, as files of the bundle. */
export async function manifestFiles(
  files: readonly BundleFile[],
  head: { readonly version: string; readonly arch: Architecture; readonly sourceDateEpoch: number },
): Promise<readonly BundleFile[]> {
  const ordered = inOrder(files);
  const digests: Record<string, string> = {};
  for (const { path, content } of ordered) digests[path] = `sha256:${await sha256Of(content)}`;
  const programs = ordered.filter(({ kind }) => kind === 'program').map(({ path }) => path);
  const manifest: BundleManifest = { schemaVersion: 1, ...head, files: digests, programs };
  const text = Buffer.from(`${JSON.stringify(manifest, undefined, 2)}\n`);
  const all = { ...digests, [manifestName]: `sha256:${sha256(text)}` };
  const sums = Object.entries(all).map(([path, digest]) => `${digest.slice(7)}  ${path}\n`);
  return [
    { path: manifestName, kind: 'data', content: text },
    { path: digestsName, kind: 'data', content: Buffer.from(sums.join('')) },
  ];
}

/** SHA-256, in hexadecimal, of what a file of a bundle holds. */
export async function sha256Of(content: BundleFile['content']): Promise<string> {
  if (Buffer.isBuffer(content)) return sha256(content);
  const hash = createHash('sha256');
  const file = await open(content.path, 'r');
  try {
    for await (const chunk of file.createReadStream({ autoClose: false })) {
      hash.update(chunk as Buffer);
    }
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
