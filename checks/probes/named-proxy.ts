import type { HostFiles } from '../context.ts';

/** A proxy that a file of the host names. */
interface NamedProxy {
  readonly path: string;
  /** As it is written there, which may be with a password. */
  readonly proxy: string;
}

/** A folder's files come after the file in front of it, as their programs read them. */
const places: readonly { readonly path: string; readonly pattern: RegExp }[] = [
  // pam_env(8): `HTTPS_PROXY="http://proxy:3128"`, also with `export` before it.
  {
    path: '/etc/environment',
    pattern: /^\s*(?:export\s+)?https?_proxy=(?<quote>["']?)(?<proxy>[^\n]+?)\k<quote>[ \t]*$/im,
  },
  // apt-transport-http(1): `Acquire::http::Proxy "http://proxy:3128";`
  { path: '/etc/apt/apt.conf', pattern: /^\s*Acquire::https?::Proxy\s+"(?<proxy>[^"]+)"/im },
  { path: '/etc/apt/apt.conf.d/', pattern: /^\s*Acquire::https?::Proxy\s+"(?<proxy>[^"]+)"/im },
  // dnf.conf(5), yum.conf(5)
  { path: '/etc/dnf/dnf.conf', pattern: /^\s*proxy\s*=[ \t]*(?<proxy>\S(?:[^\n]*\S)?)/im },
  { path: '/etc/yum.conf', pattern: /^\s*proxy\s*=[ \t]*(?<proxy>\S(?:[^\n]*\S)?)/im },
  // SUSE's, which its login shells read.
  { path: '/etc/sysconfig/proxy', pattern: /^\s*HTTPS?_PROXY="(?<proxy>[^"]+)"/im },
];

/** What people write for none: apt's and dnf's own words. */
const none = /^(?:direct|none|_none_|false)$/i;

/**
 * Finds a proxy that this host uses elsewhere: for logins, which sudo and cron do not hand on, or for its package manager.
 * `undefined` when there is none, or none that may be read.
 */
export async function findNamedProxy(files: HostFiles): Promise<NamedProxy | undefined> {
  for (const { path, pattern } of places) {
    for (const file of await filesAt(files, path)) {
      const proxy = pattern.exec((await files.readText(file)) ?? '')?.groups?.['proxy'];
      if (proxy !== undefined && !none.test(proxy)) return { path: file, proxy };
    }
  }
  return undefined;
}

async function filesAt(files: HostFiles, path: string): Promise<readonly string[]> {
  if (!path.endsWith('/')) return [path];
  return (await files.list(path.slice(0, -1))).map((name) => `${path}${name}`);
}
