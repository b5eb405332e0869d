import type { AptEntry, MapUri } from './apt-entry.ts';

/** Type, options in brackets, URI, suite, components (sources.list(5), one-line style). */
const line =
  /^(?<head>\s*(?<type>deb|deb-src)\s+(?:\[(?<options>[^\]]*)\]\s*)?)(?<uri>\S+)(?<tail>\s+(?<suite>\S+)(?<components>[^#]*)(?:#.*)?)$/;

/** Changes the URIs of a `.list` file and nothing else, comments and blanks included. */
export function mapAptListUris(text: string, map: MapUri): string {
  return text
    .split('\n')
    .map((whole, index) => {
      const parts = line.exec(whole)?.groups;
      if (parts === undefined) return whole;
      const { head = '', uri = '', tail = '' } = parts;
      return `${head}${map(uri, entryOf(parts, index + 1))}${tail}`;
    })
    .join('\n');
}

function entryOf(parts: Readonly<Record<string, string>>, lineNumber: number): AptEntry {
  const signedBy = /(?:^|\s)signed-by\s*\+?=\s*(\S+)/i.exec(parts['options'] ?? '')?.[1];
  return {
    line: lineNumber,
    types: [parts['type'] ?? ''],
    suites: [parts['suite'] ?? ''],
    components: (parts['components'] ?? '').split(/\s+/).filter(Boolean),
    ...(signedBy === undefined ? {} : { signedBy }),
  };
}
