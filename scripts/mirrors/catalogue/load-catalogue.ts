import type { Document } from 'yaml';
import { z } from 'zod';
import { language } from '../../../messages/language.ts';
import { mirrorMessages as m } from '../../../messages/areas/mirrors.ts';
import { messageOf } from '../../../messages/error-words.ts';
import { BerthError } from '../../../runtime/errors/berth-error.ts';
import { readFile, readTextIfExists } from '../../../runtime/host/files.ts';
import type { ProvisionHost } from '../../host/provision-host.ts';
import { parseYaml } from '../../yaml/parse-yaml.ts';
import carried from './catalogue.json' with { type: 'json' };
import { catalogueSchema, type Catalogue } from './catalogue.ts';

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
  if (named !== undefined) return parseCatalogue(await readNamed(named), named);
  const text = await readTextIfExists(host.path(cataloguePath));
  // An empty file is what a shell makes of it before `berth mirrors list --json > /etc/berth/mirrors.yaml` begins.
  if (text !== undefined && text.trim() !== '') return parseCatalogue(text, cataloguePath);
  return { ...catalogueSchema.parse(carried), path: undefined };
}

async function readNamed(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw invalid(path, [{ line: 0, problem: messageOf(error) }], m.catalogueUnreadableRemedy());
  }
}

interface Problem {
  /** From 1; 0 for the file as a whole. */
  readonly line: number;
  readonly problem: string;
}

/** Reads a catalogue in YAML or JSON; `path` is for the messages. @throws BerthError MIRROR_CATALOGUE_INVALID. */
export function parseCatalogue(text: string, path: string): Catalogue {
  const { document, value, faults, placeOf } = parseYaml(text);
  const lineAt = (offset: number): number => placeOf(offset).line;
  if (faults.length > 0) {
    const found = faults.map(({ offset, problem }) => ({ line: lineAt(offset), problem }));
    throw invalid(path, found);
  }
  const result = catalogueSchema.safeParse(value, { error: errorMap() });
  if (!result.success) {
    const found = result.error.issues.map(({ path: keys, message }) => ({
      line: lineAt(offsetOf(document, keys)),
      problem: `${keys.map(String).join('.')}: ${message}`,
    }));
    throw invalid(path, found);
  }
  const twice = repetitions(result.data.mirrors);
  if (twice.length > 0) {
    const found = twice.map(({ index, title }) => ({
      line: lineAt(offsetOf(document, ['mirrors', index])),
      problem: m.catalogueTwice({ name: title }),
    }));
    throw invalid(path, found);
  }
  return { ...result.data, path };
}

/** zod brings its own texts in both languages. */
function errorMap(): z.core.$ZodErrorMap {
  return (language() === 'zh' ? z.locales.zhCN() : z.locales.en()).localeError;
}

/** Where in the text a value begins, or the nearest thing around it that is there. */
function offsetOf(document: Document, keys: readonly PropertyKey[]): number {
  for (let length = keys.length; length >= 0; length -= 1) {
    const node: unknown = document.getIn(keys.slice(0, length), true);
    const range = rangeOf(node);
    if (range !== undefined) return range;
  }
  return 0;
}

function rangeOf(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node)) return undefined;
  const { range } = node;
  return Array.isArray(range) && typeof range[0] === 'number' ? range[0] : undefined;
}

function repetitions(
  mirrors: Catalogue['mirrors'],
): readonly { readonly index: number; readonly title: string }[] {
  const seen = new Set<string>();
  return mirrors.flatMap(({ kind, name }, index) => {
    const title = `${kind} ${name}`;
    if (seen.has(title)) return [{ index, title }];
    seen.add(title);
    return [];
  });
}

function invalid(
  path: string,
  problems: readonly Problem[],
  remedy: string = m.catalogueInvalidRemedy(),
): BerthError {
  const list = problems
    .map(({ line, problem }) => (line === 0 ? problem : m.atLine({ line, problem })))
    .join('; ');
  return new BerthError('MIRROR_CATALOGUE_INVALID', {
    message: m.catalogueInvalid({ path, problems: list }),
    remedy,
    details: { path, problems },
  });
}
