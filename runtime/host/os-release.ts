/** os-release(5) of a host: its assignments, by name. */
export type OsRelease = ReadonlyMap<string, string>;

/** Where it is: the first that exists counts. */
const paths = ['/etc/os-release', '/usr/lib/os-release'] as const;

/** Reads os-release(5) of the host whose files `read` reads; `undefined` when it has none. */
export async function readOsRelease(
  read: (path: string) => Promise<string | undefined>,
): Promise<OsRelease | undefined> {
  for (const path of paths) {
    const text = await read(path);
    if (text !== undefined) return parseAssignments(text);
  }
  return undefined;
}

/** ID, lower case (`linux` when the file does not say), and ID_LIKE, nearest first. */
export function distributionIds(release: OsRelease | undefined): {
  readonly id: string;
  readonly idLike: readonly string[];
} {
  return {
    id: (release?.get('ID') ?? 'linux').toLowerCase(),
    idLike: (release?.get('ID_LIKE') ?? '').toLowerCase().split(/\s+/).filter(Boolean),
  };
}

/** The distribution's name for people; `undefined` when the file does not say. */
export function prettyName(release: OsRelease | undefined): string | undefined {
  return release?.get('PRETTY_NAME') ?? release?.get('NAME');
}

/** Assignments as in shell; os-release(5) allows `"..."` with backslashes and `'...'`. lsb-release has the same form. */
export function parseAssignments(text: string): OsRelease {
  const found = text.split('\n').flatMap((line) => {
    const [, key, value] = /^\s*([A-Z0-9_]+)=(.*?)\s*$/.exec(line) ?? [];
    return key === undefined || value === undefined ? [] : [[key, unquote(value)] as const];
  });
  return new Map(found);
}

function unquote(value: string): string {
  const [, quote, inner = ''] = /^(["'])(.*)\1$/.exec(value) ?? [];
  if (quote === undefined) return value;
  return quote === '"' ? inner.replaceAll(/\\(["$`\\])/g, '$1') : inner;
}
