import { basename, dirname, join, resolve } from 'node:path';
import { BerthError, isBerthError, messageOf } from '../../errors/berth-error.ts';
import { mkdtemp, open, rename, stat } from '../../host/files.ts';
import { removeTree } from '../../host/remove-tree.ts';
import type { ApiCall } from '../client/client.ts';
import type { VerbInput } from '../verb.ts';
import { interruptible } from '../console/interruptible.ts';

function notWritten(path: string, cause: unknown): BerthError {
  return new BerthError('OUTPUT_NOT_WRITTEN', {
    message: `'${path}' cannot be written (${messageOf(cause)}), wanted to keep an archive there`,
    remedy: 'Name a file in a folder that you may write to, on a disk with room for it.',
    details: { path },
    cause,
  });
}

async function writeTo(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  flags: 'w' | 'wx',
): Promise<void> {
  const file = await open(path, flags, 0o600);
  try {
    for await (const chunk of chunks) await file.writeFile(chunk);
    if (flags === 'wx') await file.sync();
  } finally {
    await file.close();
  }
}

/** The file is there whole, or as it was before: it is written in a folder beside it, and then renamed. */
async function writeWhole(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const folder = await mkdtemp(join(dirname(path), `.${basename(path)}.`));
  try {
    const temporary = join(folder, 'archive');
    await writeTo(temporary, chunks, 'wx');
    await rename(temporary, path);
  } finally {
    await removeTree(folder);
  }
}

async function writeFileOf(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  try {
    const there = await stat(path).catch(() => undefined);
    if (there?.isDirectory()) throw new Error('it is a folder');
    // A device or a named pipe is written to, not replaced.
    if (there === undefined || there.isFile()) await writeWhole(path, chunks);
    else await writeTo(path, chunks, 'w');
  } catch (error) {
    // What the daemon or the user has ended is told as such.
    throw isBerthError(error) ? error : notWritten(path, error);
  }
}

/**
 * Sends a request that is answered with an archive, and writes that to a file, or to standard output for `undefined`.
 *
 * @throws OUTPUT_IS_TERMINAL, OUTPUT_NOT_WRITTEN, INTERRUPTED, or what the daemon refuses with
 */
export async function writeArchive(
  { context, client }: Pick<VerbInput<unknown>, 'context' | 'client'>,
  call: ApiCall,
  file: string | undefined,
): Promise<void> {
  const { console, workingDirectory } = context;
  if (file === undefined && console.output.isTerminal) {
    throw new BerthError('OUTPUT_IS_TERMINAL', {
      message: 'standard output is a terminal, wanted a file for a tar archive',
      remedy: 'Add --output FILE, or redirect the output.',
    });
  }
  await interruptible(console, async (signal) => {
    // The daemon is asked first: what it refuses leaves the file as it is.
    const chunks = await client.stream({ ...call, signal });
    if (file !== undefined) await writeFileOf(resolve(workingDirectory, file), chunks);
    else for await (const chunk of chunks) await console.output.write(chunk);
  });
}
