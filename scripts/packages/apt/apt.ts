import { runChecked } from '../../host/commands.ts';
import type { ProvisionHost } from '../../host/provision-host.ts';
import { requireNoRemoval } from '../conflicts.ts';
import { newestFirst } from '../newest-first.ts';
import { compareDpkgVersions } from '../order/dpkg-order.ts';
import type { PackageManager, PackageSpec, PackageWork, RemovalWork } from '../package-manager.ts';
import {
  aptGet,
  aptLocks,
  aptMark,
  finishInterrupted,
  installArguments,
  removeBroken,
  simulate,
  simulateChecked,
} from './apt-get.ts';
import {
  dpkgFormat,
  parseDpkgStates,
  parseMadison,
  previewOf,
  removedBy,
  type DpkgState,
} from './apt-output.ts';
import { aptRepositories } from './apt-repositories.ts';

/** Every package that dpkg knows. One run is quicker than one a package. */
async function packageStates(host: ProvisionHost): Promise<ReadonlyMap<string, DpkgState>> {
  return parseDpkgStates(await runChecked(host.run, ['dpkg-query', '-W', '-f', dpkgFormat]));
}

/** Simulates the installation, after fetching the index when it does not know a package. */
async function plannedInstall(
  host: ProvisionHost,
  specs: readonly PackageSpec[],
  work?: PackageWork,
): Promise<string> {
  // Without --no-remove: what would go is to be named.
  const args = installArguments(specs).filter((argument) => argument !== '--no-remove');
  const first = await simulate(host, args);
  if (first.exitCode === 0) return first.stdout;
  await refresh(host, work);
  return simulateChecked(host, args);
}

/** A repository that does not answer is a warning of apt-get, so a third party's dead one stops nobody. */
async function refresh(host: ProvisionHost, work: PackageWork = {}): Promise<void> {
  await aptGet(host, ['update'], { ...work, ...interruptible(work) });
}

const interruptible = ({ signal }: PackageWork): { readonly interruptible?: AbortSignal } =>
  signal === undefined ? {} : { interruptible: signal };

async function traces(host: ProvisionHost, names: readonly string[]): Promise<readonly string[]> {
  const states = await packageStates(host);
  return names.filter((name) => (states.get(name)?.status ?? 'not-installed') !== 'not-installed');
}

/** Puts right what a kill in the middle of dpkg has left of these packages: then they are whole, or not there. */
async function repair(
  host: ProvisionHost,
  names: readonly string[],
  work: PackageWork = {},
): Promise<void> {
  await finishInterrupted(host, work);
  const states = await packageStates(host);
  const broken = names.filter((name) => states.get(name)?.isBroken === true);
  if (broken.length > 0) await removeBroken(host, broken, work);
}

async function install(
  host: ProvisionHost,
  specs: readonly PackageSpec[],
  work: PackageWork = {},
): Promise<void> {
  await repair(
    host,
    specs.map(({ name }) => name),
    work,
  );
  const args = installArguments(specs);
  // Downloading may be interrupted; unpacking and configuring must not be.
  await aptGet(host, [...args, '--download-only'], { ...work, ...interruptible(work) });
  work.signal?.throwIfAborted();
  await aptGet(host, args, work);
}

/** One run, but for packages whose configuration stays: those are only removed, and the others purged after that. */
async function removePackages(
  host: ProvisionHost,
  names: readonly string[],
  { keepConfiguration = [], ...work }: RemovalWork = {},
): Promise<void> {
  const purged = names.filter((name) => !keepConfiguration.includes(name));
  if (purged.length < names.length) await aptGet(host, ['remove', ...names], work);
  if (purged.length > 0) await aptGet(host, ['purge', ...purged], work);
}

/** Debian and its derivatives: apt-get(8), apt-mark(8), dpkg-query(1). */
export const apt: PackageManager = {
  name: 'apt-get',
  format: 'deb',
  distributions: ['debian', 'ubuntu'],
  locks: aptLocks,
  repositories: aptRepositories,
  isPresent: async (host) => (await host.run('apt-get', ['--version'])).exitCode === 0,
  missing: async (host, specs) => {
    const states = await packageStates(host);
    return specs.filter(({ name, version }) => {
      const state = states.get(name);
      return state?.status !== 'installed' || (version ?? state.version) !== state.version;
    });
  },
  traces,
  configurationOnly: async (host, names) => {
    const states = await packageStates(host);
    return names.filter((name) => states.get(name)?.status === 'config-files');
  },
  additions: async (host, specs, work) => {
    const simulation = await plannedInstall(host, specs, work);
    requireNoRemoval(
      specs.map(({ name }) => name),
      removedBy(simulation),
    );
    return previewOf(simulation);
  },
  install,
  remove: async (host, names, work) => {
    await repair(host, names, work);
    const left = await traces(host, names);
    if (left.length === 0) return { kind: 'removed' };
    const goes = removedBy(await simulateChecked(host, ['purge', ...left]));
    const others = goes.filter((name) => !names.includes(name));
    if (others.length > 0) return { kind: 'needed', by: others };
    await removePackages(host, left, work);
    return { kind: 'removed' };
  },
  installedVersion: async (host, name) => {
    const state = (await packageStates(host)).get(name);
    return state?.status === 'installed' ? state.version : undefined;
  },
  versions: async (host, name) => {
    const { stdout } = await host.run('apt-cache', ['madison', name]);
    return newestFirst(parseMadison(stdout), compareDpkgVersions);
  },
  refresh,
  held: async (host, names) => {
    const held = (await runChecked(host.run, ['apt-mark', 'showhold'])).split('\n');
    return names.filter((name) => held.includes(name));
  },
  hold: (host, names, work) => aptMark(host, ['hold', ...names], work),
  unhold: (host, names, work) => aptMark(host, ['unhold', ...names], work),
  compareVersions: compareDpkgVersions,
};
