import { readFile } from '../host/files.ts';
import { parsePreciseJson } from '../spec/precise-json.ts';

/**
 * Reads the JSON file that an option names.
 *
 * @param path absolute.
 * @throws SPEC_INVALID it is no JSON; and the errors of the file system.
 */
export async function readJsonFile(option: string, path: string): Promise<unknown> {
  const source = { subject: `the file "${path}" of ${option}`, place: `"${path}"` };
  return parsePreciseJson(await readFile(path, 'utf8'), source);
}
