import { messageOf } from '../../errors/berth-error.ts';
import { readFile } from '../../host/files.ts';
import { nameValues } from './name-values.ts';
import { optionError } from './option-error.ts';

/**
 * The labels of `--label-file` and `--label`, the latter last, so that they win; `undefined` for none.
 *
 * @throws OPTION_INVALID
 */
export async function collectLabels(options: {
  readonly label?: readonly string[];
  readonly labelFile?: readonly string[];
}): Promise<Readonly<Record<string, string>> | undefined> {
  const { label, labelFile = [] } = options;
  if (label === undefined && labelFile.length === 0) return undefined;
  const files = await Promise.all(
    labelFile.map(async (path) => {
      const text = await readFile(path, 'utf8').catch((error: unknown) => {
        throw optionError('--label-file', path, {
          wanted: `a file that can be read (${messageOf(error)})`,
          example: './labels',
        });
      });
      const lines = text.split(/\r?\n/).map((line) => line.trimStart());
      const isLabel = (line: string): boolean => line !== '' && !line.startsWith('#');
      return nameValues('--label-file', lines.filter(isLabel));
    }),
  );
  return Object.assign({}, ...files, nameValues('--label', label ?? [])) as Record<string, string>;
}
