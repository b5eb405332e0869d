import { resolve } from 'node:path';
import { writeArchive } from '../archive/write-archive.ts';
import { interruptible } from '../console/interruptible.ts';
import { archiveCall, linkedSource, readContainer } from './container-path.ts';
import type { CopyInput } from './copy-input.ts';
import { absoluteHostPath, shown } from './copy-path.ts';
import { planCopy } from './copy-plan.ts';
import { CopyProgress } from './copy-progress.ts';
import { hostDestination } from './host-path.ts';
import { unpackHost } from './unpack-host.ts';

/**
 * Copies from a container to this host, or writes the archive to standard output for `-`.
 *
 * @throws COPY_INVALID, COPY_FAILED, OUTPUT_IS_TERMINAL, INTERRUPTED, TAR_INVALID, or what the daemon refuses with
 */
export async function copyFromContainer(
  input: CopyInput,
  { container, path }: { readonly container: string; readonly path: string },
  to: string,
): Promise<void> {
  const { context, client, options } = input;
  const source = options.followLink ? await linkedSource(client, container, path) : { path };
  if (to === '-') {
    await writeArchive(input, archiveCall('GET', container, source.path), undefined);
    return;
  }
  const destination = await hostDestination(absoluteHostPath(to, context.workingDirectory));
  const progress = new CopyProgress(context, 'Copying from container -', options.quiet);
  await interruptible(context.console, async (signal) => {
    const asked = { container, path: source.path };
    const { isFolder, sizeBytes, chunks } = await readContainer(client, asked, signal);
    const plan = planCopy({ ...source, isFolder }, destination);
    await unpackHost(counted(chunks, progress), plan);
    const end = resolve(context.workingDirectory, shown(to));
    await progress.end(end, isFolder ? undefined : sizeBytes);
  });
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  progress: CopyProgress,
): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of chunks) {
    progress.add(chunk.byteLength);
    yield chunk;
  }
}
