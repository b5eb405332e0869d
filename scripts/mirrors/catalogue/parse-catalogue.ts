import type { Document } from 'yaml';
import { z } from 'zod';
import { language } from '../../../messages/language.ts';
import { mirrorMessages as m } from '../../../messages/areas/mirrors.ts';
import { parseYaml } from '../../yaml/parse-yaml.ts';
import { catalogueSchema, type Catalogue } from './catalogue.ts';
import { invalidCatalogue } from './invalid-catalogue.ts';

/** Reads a catalogue in YAML or JSON; `path` is for the messages. @throws BerthError MIRROR_CATALOGUE_INVALID. */
export function parseCatalogue(text: string, path: string): Catalogue {
  const { document, value, faults, placeOf } = parseYaml(text);
  const lineAt = (offset: number): number => placeOf(offset).line;
  if (faults.length > 0) {
    const found = faults.map(({ offset, problem }) => ({ line: lineAt(offset), problem }));
    throw invalidCatalogue(path, found);
  }
  const result = catalogueSchema.safeParse(value, { error: errorMap() });
  if (!result.success) {
    const found = result.error.issues.map(({ path: keys, message }) => ({
      line: lineAt(offsetOf(document, keys)),
      problem: `${keys.map(String).join('.')}: ${message}`,
    }));
    throw invalidCatalogue(path, found);
  }
  const twice = repetitions(result.data.mirrors);
  if (twice.length > 0) {
    const found = twice.map(({ index, title }) => ({
      line: lineAt(offsetOf(document, ['mirrors', index])),
      problem: m.catalogueTwice({ name: title }),
    }));
    throw invalidCatalogue(path, found);
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
