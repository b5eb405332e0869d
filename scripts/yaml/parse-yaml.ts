import { Document, isNode, LineCounter, parseDocument, visit } from 'yaml';
import { commonMessages as m } from '../../messages/areas/common.ts';

/** Something in a text that keeps it from being YAML of plain values. */
export interface YamlFault {
  /** Where in the text, in UTF-16 code units. */
  readonly offset: number;
  readonly problem: string;
}

/** A text that was read as YAML 1.2. */
export interface ParsedYaml {
  /** Remembers where everything is; without contents when there are faults. */
  readonly document: Document;
  /** As plain JavaScript values, which hold no circle; `undefined` when there are faults. */
  readonly value: unknown;
  readonly faults: readonly YamlFault[];
  /** Line and column of an offset, both from 1. */
  readonly placeOf: (offset: number) => { readonly line: number; readonly column: number };
}

/** Reads a file that a person wrote. Never throws: what aliases make impossible is a fault as any other. */
export function parseYaml(text: string): ParsedYaml {
  const lines = new LineCounter();
  const placeOf: ParsedYaml['placeOf'] = (offset) => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const broken = (faults: readonly YamlFault[]): ParsedYaml => ({
    document: new Document(null),
    value: undefined,
    faults,
    placeOf,
  });
  try {
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
    const errors = document.errors.map(({ pos, message }) => ({
      offset: pos[0],
      problem: message,
    }));
    if (errors.length > 0) return broken(errors);
    const aliases = aliasFaults(document);
    if (aliases.length > 0) return broken(aliases);
    return { document, value: document.toJS(), faults: [], placeOf };
  } catch (error) {
    // The library's defence against aliases of aliases; and a stack that is too small for brackets in brackets.
    const bomb = error instanceof ReferenceError;
    return broken([{ offset: 0, problem: bomb ? m.yamlTooManyAliases() : m.yamlTooDeep() }]);
  }
}

/** Aliases (YAML 1.2.2, section 7.1) that lead nowhere, or to a node around them. */
function aliasFaults(document: Document): readonly YamlFault[] {
  const faults: YamlFault[] = [];
  visit(document, {
    Alias: (_key, alias, around) => {
      const offset = alias.range?.[0] ?? 0;
      const target = alias.resolve(document);
      if (target === undefined) {
        faults.push({ offset, problem: m.yamlNoAnchor({ name: alias.source }) });
      } else if (around.some((node) => isNode(node) && node === target)) {
        faults.push({ offset, problem: m.yamlCircle({ name: alias.source }) });
      }
    },
  });
  return faults;
}
