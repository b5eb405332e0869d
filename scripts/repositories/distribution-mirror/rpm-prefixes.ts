/** How a distribution's packages are reached on its own servers, and where mirrors keep the same. */
interface RpmPrefix {
  /** Beginning of a baseurl. */
  readonly official: RegExp;
  /** Folder on a mirror, with what follows the official beginning. */
  readonly folder: string;
}

/**
 * Beginnings of baseurl as the distributions write them into their .repo files, most of them commented out beside a mirrorlist
 * (looked up 2026-11).
 */
export const rpmPrefixes: readonly RpmPrefix[] = [
  {
    official:
      /^https?:\/\/(download\.example|download\.fedoraproject\.org|dl\.fedoraproject\.org)\/pub\/fedora\/linux\//,
    folder: 'fedora/',
  },
  { official: /^https?:\/\/dl\.rockylinux\.org\/(\$contentdir|pub\/rocky)\//, folder: 'rocky/' },
  { official: /^https?:\/\/repo\.almalinux\.org\/almalinux\//, folder: 'almalinux/' },
  { official: /^https?:\/\/vault\.centos\.org\//, folder: 'centos-vault/' },
  { official: /^https?:\/\/mirror\.stream\.centos\.org\//, folder: 'centos-stream/' },
  { official: /^https?:\/\/mirror\.centos\.org\/(centos|\$contentdir)\//, folder: 'centos/' },
  { official: /^https?:\/\/mirror\.centos\.org\/altarch\//, folder: 'centos-altarch/' },
  { official: /^https?:\/\/(download|cdn)\.opensuse\.org\//, folder: 'opensuse/' },
  { official: /^https?:\/\/repo\.openeuler\.org\//, folder: 'openeuler/' },
  { official: /^https?:\/\/mirrors\.openanolis\.(cn|org)\/anolis\//, folder: 'anolis/' },
];

/** Folders as mirrors name them, for entries that name a mirror already. */
export const mirrorFolders: readonly string[] = rpmPrefixes.map(({ folder }) => folder);

/**
 * Releases at their end, whose packages have moved from the mirrors to vaults: by the folder on the mirror and what
 * stands for the release there.
 */
export const vaulted: readonly {
  readonly release: string;
  readonly from: string;
  readonly to: string;
}[] = [
  { release: '7', from: 'centos/', to: 'centos-vault/7.9.2009/' },
  { release: '7', from: 'centos-altarch/', to: 'centos-vault/altarch/7.9.2009/' },
  { release: '8', from: 'centos/', to: 'centos-vault/8.5.2111/' },
];

/** CentOS Stream 9 and 10 name a metalink and no baseurl: by the section, where the repository lies. */
export const streamFolders: Readonly<Record<string, string>> = {
  baseos: '$stream/BaseOS/$basearch/os/',
  appstream: '$stream/AppStream/$basearch/os/',
  crb: '$stream/CRB/$basearch/os/',
  highavailability: '$stream/HighAvailability/$basearch/os/',
  nfv: '$stream/NFV/$basearch/os/',
  rt: '$stream/RT/$basearch/os/',
  resilientstorage: '$stream/ResilientStorage/$basearch/os/',
  'extras-common': 'SIGs/$stream/extras/$basearch/extras-common/',
};
