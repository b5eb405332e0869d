import { banner } from './banner.ts';

/** A repository as dnf, yum and zypper are told of it. */
export interface RpmRepository {
  readonly id: string;
  readonly title: string;
  /** The folder that has `repodata/`, with `$basearch` for the architecture. */
  readonly baseUrl: string;
  /** The key on the host that every package must be signed with. */
  readonly keyPath: string;
  /** Which program reads it: what one needs is a complaint of the other. */
  readonly reader: 'dnf' | 'yum' | 'zypper';
}

/** A `.repo` file (dnf.conf(5), "Repo options"; zypper(8)). */
export function rpmRepo({ id, title, baseUrl, keyPath, reader }: RpmRepository): string {
  return [
    banner.trimEnd(),
    `[${id}]`,
    `name=${title}`,
    `baseurl=${baseUrl}`,
    'enabled=1',
    'gpgcheck=1',
    // Docker signs its packages and not the index of them.
    'repo_gpgcheck=0',
    `gpgkey=file://${keyPath}`,
    // Without it zypper asks for an index only when told to.
    ...(reader === 'zypper' ? ['type=rpm-md', 'autorefresh=1'] : []),
    '',
  ].join('\n');
}
