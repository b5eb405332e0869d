import { ApiClient } from '../../runtime/cli/client/client.ts';
import { parseEndpoint } from '../../runtime/cli/client/endpoint.ts';
import { open, removeFile, rename, syncFolder } from '../../runtime/host/files.ts';
import { dirname } from 'node:path';

/** What is saved, and where to. */
export interface ImageSave {
  readonly socket: string;
  /** Names, or digests of images that have none. */
  readonly images: readonly string[];
  /** Appears whole or not at all. */
  readonly path: string;
  readonly signal?: AbortSignal;
}

/** Streams images of a running Docker into one archive (`GET /images/get`, Docker Engine API 1.25). Throws its errors, and ENOSPC. */
export async function saveImages({ socket, images, path, signal }: ImageSave): Promise<void> {
  const client = new ApiClient(parseEndpoint(`unix://${socket}`));
  const partial = `${path}.partial`;
  try {
    const archive = await client.stream({
      method: 'GET',
      path: '/images/get',
      query: { names: images },
      signal,
    });
    const file = await open(partial, 'w', 0o600);
    try {
      for await (const chunk of archive) await file.writeFile(chunk);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    await removeFile(partial);
    throw error;
  }
  await rename(partial, path);
  syncFolder(dirname(path));
}
