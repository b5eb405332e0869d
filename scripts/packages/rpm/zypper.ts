import { runChecked } from '../../host/commands.ts';
import type { ProvisionHost } from '../../host/provision-host.ts';
import { requireNoRemoval } from '../conflicts.ts';
import { exclusively } from '../lock/exclusively.ts';
import { newestFirst } from '../newest-first.ts';
import { compareRpmVersions } from '../order/rpm-order.ts';
import type { PackageManager, PackageSpec, PackageWork } from '../package-manager.ts';
import { requireFound } from './require-found.ts';
import { installedRpms, missingRpms, plainVersion } from './rpm-database.ts';
import { zypperLocks } from './rpm-locks.ts';
import { rpmRepositories } from './rpm-repositories.ts';
import { parseZypperLocks, parseZypperSummary, solvables } from './zypper-xml.ts';

type Interruptible = PackageWork & { readonly interruptible?: AbortSignal | undefined };

/** Runs zypper(8) when no other libzypp is at work. It has an exit status of its own for a lock (7), and never waits. */
async function zypperRun(
  host: ProvisionHost,
  args: readonly string[],
  work: Interruptible = {},
): Promise<string> {
  const { interruptible: signal, ...waiting } = work;
  const argv: readonly [string, ...string[]] = ['zypper', '--non-interactive', ...args];
  const run = (): Promise<string> =>
    runChecked(host.run, argv, signal === undefined ? {} : { signal });
  return exclusively(host, { locks: zypperLocks, run }, waiting);
}

/** As `zypperRun`, with XML as the result; an error is in there as well, and is asked for again in words. */
function xml(host: ProvisionHost, args: readonly string[], work?: PackageWork): Promise<string> {
  const run = async (): Promise<string> => {
    const result = await host.run('zypper', ['--non-interactive', '--xmlout', ...args]);
    if (result.exitCode === 0) return result.stdout;
    return runChecked(host.run, ['zypper', '--non-interactive', ...args]);
  };
  return exclusively(host, { locks: zypperLocks, run }, work);
}

/**
 * Older versions too when one is asked for; never a package from elsewhere in place of another. Options come before
 * names: after them, zypper takes what begins with a hyphen for a package that is to go.
 */
function installArguments(
  specs: readonly PackageSpec[],
  options: readonly string[] = [],
): readonly string[] {
  const exact = specs.some(({ version }) => version !== undefined);
  return [
    'install',
    '--no-recommends',
    '--no-force-resolution',
    ...options,
    ...(exact ? ['--oldpackage'] : []),
    ...specs.map(({ name, version }) => (version === undefined ? name : `${name}=${version}`)),
  ];
}

const install: PackageManager['install'] = async (host, specs, work = {}) => {
  // Downloading may be interrupted; the transaction must not be.
  const download = installArguments(specs, ['--download-only']);
  await zypperRun(host, download, { ...work, interruptible: work.signal });
  work.signal?.throwIfAborted();
  await zypperRun(host, installArguments(specs), work);
  requireFound(await missingRpms(host, specs));
};

const additions: PackageManager['additions'] = async (host, specs, work) => {
  const wanted = await missingRpms(host, specs);
  if (wanted.length === 0) return { added: [], changed: [] };
  const output = await xml(host, installArguments(wanted, ['--dry-run']), work);
  const { installed, changed, removed } = parseZypperSummary(output);
  requireNoRemoval(
    wanted.map(({ name }) => name),
    removed.map(({ name }) => name),
  );
  return {
    added: installed.map(({ name }) => name),
    changed: changed.map(({ name, edition, editionOld }) => ({
      name,
      from: plainVersion(editionOld ?? edition),
    })),
  };
};

/** openSUSE and SLES: zypper(8). */
export const zypper: PackageManager = {
  name: 'zypper',
  format: 'rpm',
  distributions: ['suse', 'opensuse', 'sles', 'opensuse-leap', 'opensuse-tumbleweed'],
  locks: zypperLocks,
  repositories: rpmRepositories('zypper'),
  isPresent: async (host) => (await host.run('zypper', ['--version'])).exitCode === 0,
  missing: missingRpms,
  traces: async (host, names) => {
    const installed = await installedRpms(host);
    return names.filter((name) => installed.has(name));
  },
  additions,
  install,
  remove: async (host, names, work) => {
    const { removed } = parseZypperSummary(
      await xml(host, ['remove', '--no-clean-deps', '--dry-run', ...names], work),
    );
    const others = removed.map(({ name }) => name).filter((name) => !names.includes(name));
    if (others.length > 0) return { kind: 'needed', by: others };
    await zypperRun(host, ['remove', '--no-clean-deps', ...names], work);
    return { kind: 'removed' };
  },
  installedVersion: async (host, name) => (await installedRpms(host)).get(name),
  versions: async (host, name) => {
    const args = ['search', '--details', '--match-exact', '--type', 'package', name];
    // Exit status 104: there is no such package.
    const { stdout } = await host.run('zypper', ['--non-interactive', '--xmlout', ...args]);
    const editions = solvables(stdout).map(({ edition }) => plainVersion(edition));
    return newestFirst(editions, compareRpmVersions);
  },
  refresh: async (host, work = {}) => {
    await zypperRun(host, ['refresh'], { ...work, interruptible: work.signal });
  },
  held: async (host, names) => {
    const locked = parseZypperLocks(await xml(host, ['locks']));
    return names.filter((name) => locked.includes(name));
  },
  hold: async (host, names, work) => {
    await zypperRun(host, ['addlock', ...names], work);
  },
  unhold: async (host, names, work) => {
    await zypperRun(host, ['removelock', ...names], work);
  },
  compareVersions: compareRpmVersions,
};
