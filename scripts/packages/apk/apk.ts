import { readTextIfExists } from '../../../runtime/host/files.ts';
import { runChecked } from '../../host/commands.ts';
import type { ProvisionHost } from '../../host/provision-host.ts';
import { requireNoRemoval } from '../conflicts.ts';
import { exclusively } from '../lock/exclusively.ts';
import type { LockFile } from '../lock/lock-file.ts';
import { newestFirst } from '../newest-first.ts';
import { compareApkVersions } from '../order/apk-order.ts';
import type { PackageManager, PackageSpec, PackageWork } from '../package-manager.ts';
import {
  parseInstalled,
  parseNeeded,
  parsePinned,
  parsePolicy,
  parseSimulation,
} from './apk-output.ts';
import { apkRepositories } from './apk-repositories.ts';

const locks: readonly LockFile[] = [{ path: '/lib/apk/db/lock', proof: 'lock' }];

/** Runs apk(8) with the lock to itself; its own wait covers the moment between berth's look and its start. */
async function apkRun(
  host: ProvisionHost,
  args: readonly string[],
  work: PackageWork & { readonly interruptible?: AbortSignal | undefined } = {},
): Promise<string> {
  const { interruptible: signal, ...waiting } = work;
  const argv: readonly [string, ...string[]] = ['apk', '--wait', '5', '--no-progress', ...args];
  const run = (): Promise<string> =>
    runChecked(host.run, argv, signal === undefined ? {} : { signal });
  return exclusively(host, { locks, run }, waiting);
}

async function installed(host: ProvisionHost): Promise<ReadonlyMap<string, string>> {
  return parseInstalled((await readTextIfExists(host.path('/lib/apk/db/installed'))) ?? '');
}

const add = (specs: readonly PackageSpec[]): readonly string[] => [
  'add',
  ...specs.map(({ name, version }) => (version === undefined ? name : `${name}=${version}`)),
];

const refresh: PackageManager['refresh'] = async (host, work = {}) => {
  await apkRun(host, ['update'], { ...work, interruptible: work.signal });
};

/** Simulates the installation, after fetching the index when it does not know a package. */
async function simulateAdd(
  host: ProvisionHost,
  specs: readonly PackageSpec[],
  work?: PackageWork,
): Promise<string> {
  const args = ['--simulate', ...add(specs)];
  const first = await host.run('apk', args);
  if (first.exitCode === 0) return first.stdout;
  await refresh(host, work);
  return apkRun(host, args, work);
}

/** Alpine and its derivatives: apk(8), versions 2 and 3. */
export const apk: PackageManager = {
  name: 'apk',
  format: 'apk',
  distributions: ['alpine', 'postmarketos', 'wolfi', 'chimera'],
  locks,
  repositories: apkRepositories,
  isPresent: async (host) => (await host.run('apk', ['--version'])).exitCode === 0,
  missing: async (host, specs) => {
    const has = await installed(host);
    return specs.filter(({ name, version }) => {
      const present = has.get(name);
      return present === undefined || (version ?? present) !== present;
    });
  },
  traces: async (host, names) => {
    const has = await installed(host);
    return names.filter((name) => has.has(name));
  },
  additions: async (host, specs, work) => {
    const simulation = parseSimulation(await simulateAdd(host, specs, work));
    requireNoRemoval(
      specs.map(({ name }) => name),
      simulation.removed,
    );
    return { added: simulation.installed, changed: simulation.changed };
  },
  // One short transaction: apk downloads while it unpacks, and leaves a package whole or not there.
  install: async (host, specs, work) => {
    await apkRun(host, add(specs), work);
  },
  remove: async (host, names, work) => {
    const output = await apkRun(host, ['--simulate', 'del', ...names], work);
    const { removed } = parseSimulation(output);
    const has = await installed(host);
    const stays = names.filter((name) => has.has(name) && !removed.includes(name));
    if (stays.length > 0) {
      const by = parseNeeded(output).filter((name) => !names.includes(name));
      return { kind: 'needed', by: [...new Set(by)] };
    }
    const others = removed.filter((name) => !names.includes(name));
    if (others.length > 0) return { kind: 'needed', by: others };
    await apkRun(host, ['del', '--purge', ...names], work);
    return { kind: 'removed' };
  },
  installedVersion: async (host, name) => (await installed(host)).get(name),
  versions: async (host, name) => {
    const { stdout } = await host.run('apk', ['policy', name]);
    return newestFirst(parsePolicy(stdout), compareApkVersions);
  },
  refresh,
  held: async (host, names) => {
    const world = (await readTextIfExists(host.path('/etc/apk/world'))) ?? '';
    const pinned = parsePinned(world);
    return names.filter((name) => pinned.includes(name));
  },
  // In apk a package is held by wanting exactly the version that it has.
  hold: async (host, names, work) => {
    const has = await installed(host);
    const specs = names.flatMap((name): readonly PackageSpec[] => {
      const version = has.get(name);
      return version === undefined ? [] : [{ name, version }];
    });
    if (specs.length > 0) await apkRun(host, add(specs), work);
  },
  unhold: async (host, names, work) => {
    await apkRun(host, ['add', ...names], work);
  },
  compareVersions: compareApkVersions,
};
