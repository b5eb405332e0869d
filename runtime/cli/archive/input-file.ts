import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { messageOf } from '../../errors/berth-error.ts';
import { open } from '../../host/files.ts';
import type { EngineContext } from '../context.ts';
import { optionError } from '../create/option-error.ts';

/**
 * What a verb uploads: a file, or standard input for `undefined`. `option` names it in the error.
 *
 * @throws OPTION_INVALID when the file cannot be read
 */
export async function openInput(
  { console, workingDirectory }: Pick<EngineContext, 'console' | 'workingDirectory'>,
  option: string,
  path: string | undefined,
): Promise<Readable> {
  if (path === undefined) return console.input.stream;
  try {
    const file = await open(resolve(workingDirectory, path));
    if ((await file.stat()).isDirectory()) {
      await file.close();
      throw new Error('it is a folder');
    }
    return file.createReadStream();
  } catch (error) {
    throw optionError(option, path, {
      wanted: `a file that can be read (${messageOf(error)})`,
      example: 'image.tar',
    });
  }
}
