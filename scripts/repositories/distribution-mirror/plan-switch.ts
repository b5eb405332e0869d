import { join } from 'node:path';
import { distributionMirrorMessages as m } from '../../../messages/areas/distribution-mirror.ts';
import { BerthError } from '../../../runtime/errors/berth-error.ts';
import { listFolder, readTextIfExists } from '../../../runtime/host/files.ts';
import type { ProvisionHost } from '../../host/provision-host.ts';
import type { PackageManager } from '../../packages/package-manager.ts';
import type { Step } from '../../steps/index.ts';
import type { Distribution } from '../distribution.ts';
import { architectureOf } from '../host-architecture.ts';
import type { WebFiles } from '../indexes/web-files.ts';
import type { MirrorSwitch, SwitchInput } from './mirror-switch.ts';
import { proveMirror } from './prove-mirror.ts';
import { switchApk } from './switch-apk.ts';
import { switchApt } from './switch-apt.ts';
import { switchPacman } from './switch-pacman.ts';
import { switchRpm } from './switch-rpm.ts';

/** What a switch is planned with. */
export interface SwitchWish {
  readonly host: ProvisionHost;
  readonly manager: PackageManager;
  readonly distribution: Distribution;
  /** URL of the mirror: the server, or one of its folders of a distribution. */
  readonly url: string;
  readonly knownHosts: readonly string[];
  readonly files: WebFiles;
}

/** What is to be done, and a line for the end of `berth up`. */
export interface SwitchPlan {
  readonly steps: readonly Step[];
  readonly notes: readonly string[];
}

/** Where each package manager keeps what it knows of repositories. */
const sources: Readonly<
  Record<
    PackageManager['format'],
    {
      readonly files: readonly string[];
      readonly folders: readonly string[];
      readonly ends: RegExp;
    }
  >
> = {
  deb: {
    files: ['/etc/apt/sources.list'],
    folders: ['/etc/apt/sources.list.d'],
    ends: /\.(list|sources)$/,
  },
  rpm: { files: [], folders: ['/etc/yum.repos.d', '/etc/zypp/repos.d'], ends: /\.repo$/ },
  apk: { files: ['/etc/apk/repositories'], folders: [], ends: /^$/ },
  pacman: { files: ['/etc/pacman.d/mirrorlist'], folders: [], ends: /^$/ },
};

/**
 * Plans that the distribution's own repositories are read from a mirror, which is proved first. Third-party repositories
 * stay as they are.
 *
 * @throws BerthError DISTRIBUTION_MIRROR_UNFIT; COMMAND_FAILED.
 */
export async function planDistributionMirror(wish: SwitchWish): Promise<SwitchPlan> {
  const { host, manager, distribution, knownHosts, files } = wish;
  const base = serverOf(wish.url);
  const texts = await readSources(host, manager.format);
  const change = await switchFor(manager.format, host, { texts, base, distribution, knownHosts });
  if (change.files.length === 0) {
    const isThere = [...texts.values()].some((text) => text.includes(`${base}/`));
    if (isThere) return { steps: [], notes: [m.switchedAlready({ base })] };
    throw new BerthError('DISTRIBUTION_MIRROR_UNFIT', {
      message: m.nothingToSwitch({
        name: distribution.prettyName,
        paths: [...texts.keys()].join('", "'),
      }),
      remedy: m.nothingToSwitchRemedy(),
      details: { distribution: distribution.id },
    });
  }
  await proveMirror(change.probes, { host, files });
  const title = m.title({ name: distribution.prettyName, base });
  const step: Step = {
    kind: 'repository',
    title,
    files: change.files.map(({ path, content }) => ({ path, content, mode: 0o644 })),
  };
  const paths = change.files.map(({ path }) => path).join(', ');
  return { steps: [step], notes: [m.switched({ name: distribution.prettyName, base, paths })] };
}

/** People copy the URL of their distribution's folder as often as that of the server. */
function serverOf(url: string): string {
  return url
    .replace(/\/+$/, '')
    .replace(
      /\/(debian|debian-security|ubuntu|ubuntu-ports|raspbian|fedora|centos|centos-vault|centos-stream|rocky|almalinux|opensuse|openeuler|anolis|alpine|archlinux|archlinuxarm)$/,
      '',
    );
}

async function switchFor(
  format: PackageManager['format'],
  host: ProvisionHost,
  input: SwitchInput,
): Promise<MirrorSwitch> {
  switch (format) {
    case 'deb':
      return switchApt(input);
    case 'rpm':
      return switchRpm(input, await architectureOf(host, format));
    case 'apk':
      return switchApk(input, await architectureOf(host, format));
    case 'pacman':
      return switchPacman(input, await architectureOf(host, format));
  }
}

async function readSources(
  host: ProvisionHost,
  format: PackageManager['format'],
): Promise<ReadonlyMap<string, string>> {
  const { files, folders, ends } = sources[format];
  const paths = [...files];
  for (const folder of folders) {
    const names = (await listFolder(host.path(folder))).toSorted();
    paths.push(...names.filter((name) => ends.test(name)).map((name) => join(folder, name)));
  }
  const texts = new Map<string, string>();
  for (const path of paths) {
    const text = await readTextIfExists(host.path(path));
    if (text !== undefined) texts.set(path, text);
  }
  return texts;
}
