import { join } from 'node:path';
import { listFolder, readTextIfExists } from '../../runtime/host/files.ts';
import { banner } from '../../templates/banner.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import type { AptEntry } from './sources/apt-entry.ts';
import { mapAptListUris } from './sources/apt-list-file.ts';
import { mapAptSourcesUris } from './sources/apt-sources-file.ts';
import { parseRepoFile } from './sources/repo-file.ts';

/** A docker-ce repository that the host knows already. */
export interface ExistingDockerSource {
  readonly path: string;
  readonly line: number;
  /** Where `linux/` lies. */
  readonly root: string;
  /** Whole URL up to `dists/` or `repodata/`. */
  readonly url: string;
  /** Suites for apt; empty for rpm. */
  readonly suites: readonly string[];
  /** Of apt, or the last folder for rpm: `stable`, `test`, `nightly`. */
  readonly channels: readonly string[];
  readonly signedBy?: string;
  readonly writtenBy: 'berth' | 'others';
}

type WrittenSource = Omit<ExistingDockerSource, 'writtenBy'>;

const folders = 'debian|ubuntu|raspbian|centos|rhel|fedora|sles';

/** `https://download.docker.com` + `/linux/debian`: the folder `linux` is what every mirror keeps. */
const dockerUrl = new RegExp(String.raw`^(?<root>.+?)/linux/(?:${folders})(?:/|$)`);

/** The root of a docker-ce URL; `undefined` for any other. */
export function dockerRootOf(url: string): string | undefined {
  return dockerUrl.exec(url)?.groups?.['root'];
}

/** Components of apt, and folders of rpm, that no distribution has: by these and the folder `linux` docker-ce is known. */
const channels = /^(stable|test|nightly|edge)$/;

/** Sources that are in force. Reads only. */
export async function existingDockerSources(
  host: ProvisionHost,
  format: 'deb' | 'rpm',
): Promise<readonly ExistingDockerSource[]> {
  const texts = await readTexts(
    host,
    format === 'deb'
      ? { files: ['/etc/apt/sources.list'], folders: ['/etc/apt/sources.list.d'] }
      : { files: [], folders: ['/etc/yum.repos.d', '/etc/zypp/repos.d'] },
  );
  return texts.flatMap(({ path, text }) => {
    const writtenBy = text.startsWith(banner) ? ('berth' as const) : ('others' as const);
    const found = format === 'deb' ? ofApt(path, text) : ofRepo(path, text);
    return found.map((source) => ({ ...source, writtenBy }));
  });
}

async function readTexts(
  host: ProvisionHost,
  places: { readonly files: readonly string[]; readonly folders: readonly string[] },
): Promise<readonly { readonly path: string; readonly text: string }[]> {
  const paths = [...places.files];
  for (const folder of places.folders) {
    const names = await listFolder(host.path(folder));
    // Other endings (.save, .rpmnew) are read by nobody.
    paths.push(
      ...names
        .filter((name) => /\.(list|sources|repo)$/.test(name))
        .map((name) => join(folder, name)),
    );
  }
  const found: { path: string; text: string }[] = [];
  for (const path of paths) {
    const text = await readTextIfExists(host.path(path));
    if (text !== undefined) found.push({ path, text });
  }
  return found;
}

function ofApt(path: string, text: string): readonly WrittenSource[] {
  const found: WrittenSource[] = [];
  const collect = (uri: string, entry: AptEntry): string => {
    const root = dockerRootOf(uri);
    const isDocker = root !== undefined && entry.components.some((name) => channels.test(name));
    if (isDocker && entry.types.includes('deb')) {
      found.push({
        path,
        line: entry.line,
        root,
        url: uri.replace(/\/+$/, ''),
        suites: entry.suites,
        channels: entry.components,
        ...(entry.signedBy === undefined ? {} : { signedBy: entry.signedBy }),
      });
    }
    return uri;
  };
  if (path.endsWith('.sources')) mapAptSourcesUris(text, collect);
  else mapAptListUris(text, collect);
  return found;
}

function ofRepo(path: string, text: string): readonly WrittenSource[] {
  return parseRepoFile(text)
    .filter(({ state }) => state === 'enabled')
    .flatMap(({ line, values }) => {
      const url = (values.get('baseurl') ?? '').trim().replace(/\/+$/, '');
      const root = dockerRootOf(url);
      const channel = url.split('/').at(-1) ?? '';
      // Sources and debug information are not what a client is installed from.
      if (root === undefined || !channels.test(channel)) return [];
      return [{ path, line, root, url, suites: [], channels: [channel] }];
    });
}
