import type { AptEntry } from '../sources/apt-entry.ts';
import { mapAptListUris } from '../sources/apt-list-file.ts';
import { mapAptSourcesUris } from '../sources/apt-sources-file.ts';
import {
  distinctProbes,
  switchOf,
  type MirrorSwitch,
  type SwitchInput,
  type SwitchProbe,
} from './mirror-switch.ts';

/** Servers of Debian, Ubuntu and Raspbian themselves. What is archived there has left the mirrors, so it stays. */
const officialHosts =
  /^((deb|security|http|httpredir|cdn-aws|ftp(\d|\.[a-z]{2,3})?)\.debian\.org|deb\.debian\.org\.[\w.]+|([a-z.]+\.)?(archive|security|ports|old-releases)\.ubuntu\.com|(ports|security|archive)\.ubuntu\.com|(archive|mirrordirector)\.raspbian\.org)$/;
const left = /^old-releases\./;

/** Folders that mirrors call like the distributions' own servers do. */
const folder = /\/(debian-security|debian|ubuntu-ports|ubuntu|raspbian)\/*$/;

const archiveKeyring = /(debian|ubuntu|raspbian)[\w.-]*archive-keyring/;

/** Debian's cloud images keep the URIs in files of their own: `mirror+file:///etc/apt/mirrors/debian.list`. */
const mirrorFile = /^mirror\+file:.*\/(debian-security|debian|ubuntu)\.list$/;

/** Switches Debian, Ubuntu and their derivatives: `.list` and `.sources`, security suites too. */
export function switchApt(input: SwitchInput): MirrorSwitch {
  const probes: SwitchProbe[] = [];
  const map = (uri: string, entry: AptEntry): string => {
    const target = targetOf(uri, entry, input);
    if (target === undefined) return uri;
    for (const suite of entry.suites) {
      const url = new URL(`${target}/dists/${suite}/InRelease`);
      probes.push({ url, proof: 'signed-release' });
    }
    return target;
  };
  const files = switchOf(input.texts, (path, text) =>
    path.endsWith('.sources') ? mapAptSourcesUris(text, map) : mapAptListUris(text, map),
  );
  return { files, probes: distinctProbes(probes) };
}

/** The URI on the mirror; `undefined` for what is not the distribution's. */
function targetOf(uri: string, entry: AptEntry, input: SwitchInput): string | undefined {
  const fromFile = mirrorFile.exec(uri)?.[1];
  if (fromFile !== undefined) return `${input.base}/${fromFile}`;
  if (!URL.canParse(uri)) return undefined;
  const { hostname, pathname } = new URL(uri);
  const isOwn =
    officialHosts.test(hostname) ||
    input.knownHosts.includes(hostname) ||
    archiveKeyring.test(entry.signedBy ?? '');
  // A third party may have a folder of that name, too: then the key is its own.
  const hasOtherKey = entry.signedBy !== undefined && !archiveKeyring.test(entry.signedBy);
  if (!isOwn || hasOtherKey || left.test(hostname)) return undefined;
  // Before Debian 11 security.debian.org was named without a folder.
  const isBareSecurity = hostname === 'security.debian.org' && /^\/*$/.test(pathname);
  const name = isBareSecurity ? 'debian-security' : folder.exec(pathname)?.[1];
  return name === undefined ? undefined : `${input.base}/${name}`;
}
