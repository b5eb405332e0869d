import { messageOf } from '../../../messages/error-words.ts';
import { mirrorMessages as m } from '../../../messages/areas/mirrors.ts';
import { readFile, readTextIfExists } from '../../../runtime/host/files.ts';
import type { ProvisionHost } from '../../host/provision-host.ts';
import carried from './catalogue.json' with { type: 'json' };
import { catalogueSchema, type Catalogue } from './catalogue.ts';
import { invalidCatalogue } from './invalid-catalogue.ts';

/** The file that takes the place of the catalogue that berth brings. */
export const cataloguePath = '/etc/berth/mirrors.yaml';

/**
 * Loads the catalogue: the file that was named, else /etc/berth/mirrors.yaml where there is one, else berth's own.
 *
 * @throws BerthError MIRROR_CATALOGUE_INVALID, with the lines that are wrong.
 */
export async function loadCatalogue(
  host: ProvisionHost,
  named: string | undefined,
): Promise<Catalogue> {
  if (named !== undefined) return parse(await readNamed(named), named);
  const text = await readTextIfExists(host.path(cataloguePath));
  // An empty file is what a shell makes of it before `berth mirrors list --json > /etc/berth/mirrors.yaml` begins.
  if (text !== undefined && text.trim() !== '') return parse(text, cataloguePath);
  return { ...catalogueSchema.parse(carried), path: undefined };
}

async function readNamed(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw invalidCatalogue(
      path,
      [{ line: 0, problem: messageOf(error) }],
      m.catalogueUnreadableRemedy(),
    );
  }
}

/** Most use the one that berth brings: `berth up` does not load what reads YAML for it. */
async function parse(text: string, path: string): Promise<Catalogue> {
  const { parseCatalogue } = await import('./parse-catalogue.ts');
  return parseCatalogue(text, path);
}
