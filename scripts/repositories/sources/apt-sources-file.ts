import type { AptEntry, MapUri } from './apt-entry.ts';

/** A field of a paragraph: its name, and its lines as they are in the file. */
interface Field {
  readonly name: string;
  /** Index into the lines of the file. */
  readonly from: number;
  readonly lines: string[];
}

/** Changes the URIs of a `.sources` file and nothing else (sources.list(5), deb822 style). */
export function mapAptSourcesUris(text: string, map: MapUri): string {
  const lines = text.split('\n');
  for (const fields of paragraphs(lines)) {
    const entry = entryOf(fields);
    const uris = fields.find(({ name }) => name === 'uris');
    if (entry === undefined || uris === undefined) continue;
    for (const [offset, line] of uris.lines.entries()) {
      if (line.startsWith('#')) continue;
      const [, head = '', values = ''] =
        offset === 0 ? (/^([^:]*:)(.*)$/.exec(line) ?? []) : ['', '', line];
      lines[uris.from + offset] = head + values.replaceAll(/\S+/g, (uri) => map(uri, entry));
    }
  }
  return lines.join('\n');
}

/** Paragraphs are parted by lines that hold nothing; lines that begin with a blank go on with the field before. */
function paragraphs(lines: readonly string[]): readonly (readonly Field[])[] {
  const found: Field[][] = [];
  let open: Field[] | undefined;
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') {
      open = undefined;
      continue;
    }
    const name = /^([A-Za-z][A-Za-z0-9-]*)\s*:/.exec(line)?.[1]?.toLowerCase();
    if (open === undefined) {
      open = [];
      found.push(open);
    }
    if (name !== undefined) open.push({ name, from: index, lines: [line] });
    else open.at(-1)?.lines.push(line);
  }
  return found;
}

function entryOf(fields: readonly Field[]): AptEntry | undefined {
  const words = (wanted: string): readonly string[] =>
    (fields.find(({ name }) => name === wanted)?.lines ?? [])
      .filter((line) => !line.startsWith('#'))
      .join(' ')
      .replace(/^[^:]*:/, '')
      .split(/\s+/)
      .filter(Boolean);
  if (/^(no|false|0|off|disable)$/i.test(words('enabled')[0] ?? 'yes')) return undefined;
  const [signedBy] = words('signed-by');
  const isEmbedded = signedBy?.startsWith('-----BEGIN') === true;
  return {
    line: (fields[0]?.from ?? 0) + 1,
    types: words('types'),
    suites: words('suites'),
    components: words('components'),
    ...(signedBy === undefined ? {} : { signedBy: isEmbedded ? 'embedded' : signedBy }),
  };
}
