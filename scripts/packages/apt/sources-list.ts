/** A repository that apt knows: one URI with one suite. */
export interface AptEntry {
  /** Line number from 1. */
  readonly line: number;
  readonly uri: string;
  readonly suite: string;
  /** As it is written, in one line. */
  readonly seen: string;
}

/** Repositories of binary packages in a file of /etc/apt (sources.list(5)); disabled ones are left out. */
export function parseAptSources(path: string, content: string): readonly AptEntry[] {
  return path.endsWith('.sources') ? parseStanzas(content) : parseLines(content);
}

/** One-line style: `deb [signed-by=...] uri suite component...`. */
function parseLines(content: string): readonly AptEntry[] {
  return content.split('\n').flatMap((line, index) => {
    const match = /^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)/.exec(line);
    if (match === null) return [];
    const [, uri = '', suite = ''] = match;
    return [{ line: index + 1, uri, suite, seen: line.trim() }];
  });
}

/** deb822 style: stanzas of fields, of which URIs and Suites may have several values, on several lines. */
function parseStanzas(content: string): readonly AptEntry[] {
  const entries: AptEntry[] = [];
  let stanza: { line: number; fields: Map<string, string> } | undefined;
  let field = '';
  for (const [index, line] of [...content.split('\n'), ''].entries()) {
    if (line.startsWith('#')) continue;
    if (line.trim() === '') {
      if (stanza !== undefined) entries.push(...entriesOf(stanza));
      stanza = undefined;
      continue;
    }
    stanza ??= { line: index + 1, fields: new Map() };
    const start = /^([A-Za-z-]+):\s*(.*)$/.exec(line);
    if (start !== null) field = (start[1] ?? '').toLowerCase();
    const value = start?.[2] ?? line.trim();
    stanza.fields.set(field, `${stanza.fields.get(field) ?? ''} ${value}`.trim());
  }
  return entries;
}

function entriesOf(stanza: {
  readonly line: number;
  readonly fields: ReadonlyMap<string, string>;
}): readonly AptEntry[] {
  const words = (name: string): readonly string[] =>
    (stanza.fields.get(name) ?? '').split(/\s+/).filter((word) => word !== '');
  if (['no', 'false', '0', 'off'].includes(stanza.fields.get('enabled') ?? '')) return [];
  if (!words('types').includes('deb')) return [];
  const seen = ['uris', 'suites', 'signed-by']
    .flatMap((name) => {
      const value = stanza.fields.get(name);
      // A key that is written into the stanza itself would fill the screen.
      return value === undefined ? [] : [`${name}: ${value.split('-----')[0]?.trim() ?? ''}`];
    })
    .join('; ');
  return words('uris').flatMap((uri) =>
    words('suites').map((suite) => ({ line: stanza.line, uri, suite, seen })),
  );
}
