import { oldDockerMessages as m } from '../../messages/areas/old-docker.ts';
import { ApiClient } from '../../runtime/cli/client/client.ts';
import { parseEndpoint } from '../../runtime/cli/client/endpoint.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import { open } from '../../runtime/host/files.ts';

/**
 * Loads an archive of images into berth's engine (`POST /images/load`). Returns how many there were. Throws
 * OLD_DOCKER_IMPORT_FAILED with the engine's reason; the archive stays then.
 */
export async function loadImages(
  archive: string,
  options: { readonly socketPath: string; readonly signal: AbortSignal },
): Promise<number> {
  const client = new ApiClient(parseEndpoint(`unix://${options.socketPath}`));
  const file = await open(archive, 'r');
  try {
    const answer = await client.text({
      method: 'POST',
      path: '/images/load',
      query: { quiet: 1 },
      upload: file.createReadStream({ autoClose: false }),
      signal: options.signal,
    });
    const lines = answer.split('\n').filter((line) => line.trim() !== '');
    const messages = lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
    const failure = messages.find(({ error }) => typeof error === 'string')?.['error'];
    if (typeof failure === 'string') throw importFailed(failure, archive);
    return messages.filter(
      ({ stream }) => typeof stream === 'string' && stream.startsWith('Loaded'),
    ).length;
  } finally {
    await file.close();
  }
}

function importFailed(why: string, archive: string): BerthError {
  return new BerthError('OLD_DOCKER_IMPORT_FAILED', {
    message: m.importFailed({ why }),
    remedy: m.importFailedRemedy({ archive }),
    details: { archive },
  });
}
