import { editRepoFile, type RepoEdit, type RepoSection } from '../sources/repo-file.ts';
import {
  distinctProbes,
  switchOf,
  type MirrorSwitch,
  type SwitchInput,
  type SwitchProbe,
} from './mirror-switch.ts';
import { mirrorFolders, rpmPrefixes, streamFolders, vaulted } from './rpm-prefixes.ts';

/**
 * Switches the `.repo` files of Fedora, CentOS, Rocky, Alma, openSUSE and their like: mirrorlist and metalink become
 * comments, baseurl names the mirror. Sections of third parties stay. CentOS 7 and 8 go to a vault.
 *
 * @param architecture As in `$basearch`.
 */
export function switchRpm(input: SwitchInput, architecture: string): MirrorSwitch {
  const probes: SwitchProbe[] = [];
  const edit = (section: RepoSection): RepoEdit | undefined => {
    const target = targetOf(section, input);
    if (target === undefined) return undefined;
    const url = expand(target, { input, architecture });
    if (section.state === 'enabled' && url !== undefined) probes.push({ url, proof: 'repomd' });
    return {
      set: new Map([['baseurl', target]]),
      commentOut: ['mirrorlist', 'metalink'],
    };
  };
  const files = switchOf(input.texts, (_path, text) => editRepoFile(text, edit));
  return { files, probes: distinctProbes(probes) };
}

function targetOf(section: RepoSection, input: SwitchInput): string | undefined {
  const written = section.values.get('baseurl') ?? section.commented.get('baseurl');
  const place = written === undefined ? streamPlace(section) : placeOf(written.trim(), input);
  return place === undefined ? undefined : onMirror(place, input);
}

/** Folder and rest of a baseurl, as a mirror has them. */
interface Place {
  readonly folder: string;
  readonly rest: string;
}

function placeOf(url: string, { knownHosts }: SwitchInput): Place | undefined {
  for (const { official, folder } of rpmPrefixes) {
    const head = official.exec(url)?.[0];
    if (head !== undefined) return { folder, rest: url.slice(head.length) };
  }
  const [, host = '', path = ''] = /^https?:\/\/([^/]+)\/(.*)$/.exec(url) ?? [];
  if (!knownHosts.includes(host)) return undefined;
  const folder = mirrorFolders.find((each) => path.startsWith(each));
  return folder === undefined ? undefined : { folder, rest: path.slice(folder.length) };
}

function streamPlace({ id, values }: RepoSection): Place | undefined {
  const metalink = values.get('metalink') ?? '';
  const rest = streamFolders[id];
  if (rest === undefined || !metalink.startsWith('https://mirrors.centos.org/')) return undefined;
  return { folder: 'centos-stream/', rest };
}

function onMirror({ folder, rest }: Place, { base, distribution }: SwitchInput): string {
  const [major = ''] = distribution.version.split('.');
  const end = vaulted.find(({ release, from }) => release === major && from === folder);
  // CentOS Stream 8 has `$stream` where CentOS 8 has its release.
  const isOver =
    end !== undefined && distribution.id === 'centos' && rest.startsWith('$releasever');
  const path = isOver ? end.to + rest.replace(/^\$releasever\/?/, '') : folder + rest;
  // The vault itself is a whole server.
  const isVault = /^https?:\/\/vault\.centos\.org$/.test(base);
  return `${base}/${isVault ? path.replace(/^centos-vault\//, '') : path}`;
}

/** The URL of the index, with dnf's variables filled in; `undefined` when one is not known. */
function expand(
  baseUrl: string,
  { input, architecture }: { readonly input: SwitchInput; readonly architecture: string },
): URL | undefined {
  const { id, version } = input.distribution;
  const [major = ''] = version.split('.');
  const isRolling = version === '';
  const values: Readonly<Record<string, string>> = {
    basearch: architecture,
    arch: architecture,
    ...(isRolling ? {} : { releasever: isSuse(id) ? version : major, stream: `${major}-stream` }),
    contentdir: id,
  };
  const url = baseUrl.replaceAll(/\$\{?(\w+)\}?/g, (whole, name: string) => values[name] ?? whole);
  if (url.includes('$')) return undefined;
  return new URL('repodata/repomd.xml', url.endsWith('/') ? url : `${url}/`);
}

/** zypper has the whole number of the release (15.6), dnf the first part. */
function isSuse(id: string): boolean {
  return id.startsWith('opensuse') || id.startsWith('sle');
}
