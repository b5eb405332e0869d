import type { HostFiles } from '../context.ts';

/**
 * URLs at which the host's package managers look for packages, the first of each host; where an index has a fixed name,
 * that index, so that an answer says that packages are there.
 */
export async function readPackageSources(files: HostFiles): Promise<readonly string[]> {
  const found = [
    ...(await readEach(files, ['/etc/apt/sources.list'], aptList)),
    ...(await readFolder(files, '/etc/apt/sources.list.d', { ending: '.list', parse: aptList })),
    ...(await readFolder(files, '/etc/apt/sources.list.d', { ending: '.sources', parse: deb822 })),
    ...(await readFolder(files, '/etc/yum.repos.d', { ending: '.repo', parse: repoFile })),
    ...(await readFolder(files, '/etc/zypp/repos.d', { ending: '.repo', parse: repoFile })),
    ...(await readEach(files, ['/etc/apk/repositories'], apkRepositories)),
    ...(await readEach(files, ['/etc/pacman.d/mirrorlist'], pacmanList)),
  ].filter((url) => /^https?:/.test(url) && URL.canParse(url));
  return [...new Map(found.reverse().map((url) => [new URL(url).host, url])).values()].reverse();
}

type Parse = (text: string) => readonly string[];

async function readEach(
  files: HostFiles,
  paths: readonly string[],
  parse: Parse,
): Promise<readonly string[]> {
  const texts = await Promise.all(paths.map((path) => files.readText(path)));
  return texts.flatMap((text) => parse(text ?? ''));
}

async function readFolder(
  files: HostFiles,
  folder: string,
  kind: { readonly ending: string; readonly parse: Parse },
): Promise<readonly string[]> {
  const names = (await files.list(folder)).filter((name) => name.endsWith(kind.ending));
  const paths = names.map((name) => `${folder}/${name}`);
  return readEach(files, paths, kind.parse);
}

/** The signed index of a suite; a flat repository, whose suite ends with a slash, has it beside the packages. */
function aptIndex(uri: string, suite: string): string {
  const base = uri.replace(/\/$/, '');
  return suite.endsWith('/') ? `${base}/${suite}InRelease` : `${base}/dists/${suite}/InRelease`;
}

/** Lines such as `deb [arch=amd64] http://deb.debian.org/debian bookworm main` (sources.list(5)). */
function aptList(text: string): readonly string[] {
  return [...text.matchAll(/^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)/gm)].map(
    ([, uri = '', suite = '']) => aptIndex(uri, suite),
  );
}

/** Paragraphs with `URIs:` and `Suites:` (sources.list(5), deb822 style). */
function deb822(text: string): readonly string[] {
  return text.split(/\n\s*\n/).flatMap((paragraph) => {
    const words = (name: string): readonly string[] =>
      (new RegExp(`^${name}:\\s*(.+)$`, 'im').exec(paragraph)?.[1] ?? '').split(/\s+/);
    if (words('Enabled')[0] === 'no') return [];
    const [suite = ''] = words('Suites');
    return words('URIs').map((uri) => aptIndex(uri, suite));
  });
}

/**
 * Sections of yum.conf(5). Variables other than these differ from host to host: such a URL is asked up to its first
 * variable, which tells whether the server answers.
 */
function repoFile(text: string): readonly string[] {
  return text.split(/^(?=\[)/m).flatMap((section) => {
    if (/^\s*enabled\s*=\s*(?:0|false|no)\b/im.test(section)) return [];
    const url = /^\s*(?:baseurl|mirrorlist|metalink)\s*=\s*(\S+)/im.exec(section)?.[1];
    return url === undefined ? [] : [url.replace(/[^/]*\$.*$/, '')];
  });
}

function apkRepositories(text: string): readonly string[] {
  return [...text.matchAll(/^\s*(?:@\S+\s+)?(https?:\S+)/gm)].map(([, url = '']) => url);
}

function pacmanList(text: string): readonly string[] {
  return [...text.matchAll(/^\s*Server\s*=\s*([^$\s]+)/gm)].map(([, url = '']) => url);
}
