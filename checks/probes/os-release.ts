import type { HostFiles } from '../context.ts';

/** What os-release(5) tells about the distribution. */
export interface OsRelease {
  /** For example `debian`; `linux` when the file does not say. */
  readonly id: string;
  /** Distributions it derives from, nearest first. */
  readonly idLike: readonly string[];
  readonly versionId?: string;
  readonly prettyName: string;
}

/** Reads os-release(5); `undefined` when the host has none. */
export async function readOsRelease(files: HostFiles): Promise<OsRelease | undefined> {
  const text =
    (await files.readText('/etc/os-release')) ?? (await files.readText('/usr/lib/os-release'));
  return text === undefined ? undefined : parseOsRelease(text);
}

function parseOsRelease(text: string): OsRelease {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, key, value] = /^\s*([A-Z0-9_]+)=(.*?)\s*$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) values.set(key, unquote(value));
  }
  const id = (values.get('ID') ?? 'linux').toLowerCase();
  const versionId = values.get('VERSION_ID');
  return {
    id,
    idLike: (values.get('ID_LIKE') ?? '').toLowerCase().split(/\s+/).filter(Boolean),
    prettyName: values.get('PRETTY_NAME') ?? values.get('NAME') ?? id,
    ...(versionId === undefined ? {} : { versionId }),
  };
}

/** Takes shell quotes off; os-release(5) allows `"..."` with backslashes and `'...'`. */
function unquote(value: string): string {
  const quoted = /^(["'])(.*)\1$/.exec(value);
  if (quoted === null) return value;
  const inner = quoted[2] ?? '';
  return quoted[1] === '"' ? inner.replace(/\\(["$`\\])/g, '$1') : inner;
}
