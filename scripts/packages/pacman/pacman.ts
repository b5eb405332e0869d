import { readTextIfExists, stat, writeFileWhole } from '../../../runtime/host/files.ts';
import { runChecked } from '../../host/commands.ts';
import type { ProvisionHost } from '../../host/provision-host.ts';
import { exclusively } from '../lock/exclusively.ts';
import type { LockFile } from '../lock/lock-file.ts';
import { newestFirst } from '../newest-first.ts';
import { comparePacmanVersions } from '../order/pacman-order.ts';
import type { PackageManager, PackageSpec, PackageWork } from '../package-manager.ts';
import { withIgnored, withoutIgnored } from './ignored-packages.ts';
import { pacmanRepositories } from './pacman-repositories.ts';

const configuration = '/etc/pacman.conf';
const locks: readonly LockFile[] = [{ path: '/var/lib/pacman/db.lck', proof: 'open' }];

/** Runs pacman(8) with the lock to itself: it never waits for it. */
async function pacmanRun(
  host: ProvisionHost,
  args: readonly string[],
  work: PackageWork & { readonly interruptible?: AbortSignal | undefined } = {},
): Promise<string> {
  const { interruptible: signal, ...waiting } = work;
  const argv: readonly [string, ...string[]] = ['pacman', ...args, '--noconfirm'];
  const run = (): Promise<string> =>
    runChecked(host.run, argv, signal === undefined ? {} : { signal });
  return exclusively(host, { locks, run }, waiting);
}

/** Lines of `name version`, as -Q and --print-format give them. */
function parsePairs(output: string): readonly (readonly [name: string, version: string])[] {
  return output.split('\n').flatMap((line) => {
    const match = /^(\S+) (\S+)$/.exec(line);
    return match === null ? [] : [[match[1] ?? '', match[2] ?? ''] as const];
  });
}

async function installed(host: ProvisionHost): Promise<ReadonlyMap<string, string>> {
  // Exit status 1: there is none.
  return new Map(parsePairs((await host.run('pacman', ['-Q'])).stdout));
}

const words = (specs: readonly PackageSpec[]): readonly string[] =>
  specs.map(({ name, version }) => (version === undefined ? name : `${name}=${version}`));

const refresh: PackageManager['refresh'] = async (host, work = {}) => {
  await pacmanRun(host, ['-Sy'], { ...work, interruptible: work.signal });
};

/** What would be installed, after fetching the index when it does not know a package. */
async function shown(
  host: ProvisionHost,
  specs: readonly PackageSpec[],
  work?: PackageWork,
): Promise<string> {
  const args = ['-S', '--needed', '--print', '--print-format', '%n %v', ...words(specs)];
  const first = await host.run('pacman', args);
  if (first.exitCode === 0) return first.stdout;
  await refresh(host, work);
  return pacmanRun(host, args, work);
}

async function edit(host: ProvisionHost, change: (content: string) => string): Promise<void> {
  const path = host.path(configuration);
  const content = (await readTextIfExists(path)) ?? '';
  const mode = (await stat(path)).mode & 0o7777;
  await writeFileWhole(path, change(content), { mode, durability: 'disk' });
}

async function held(host: ProvisionHost, names: readonly string[]): Promise<readonly string[]> {
  const ignored = (await runChecked(host.run, ['pacman-conf', 'IgnorePkg'])).split('\n');
  return names.filter((name) => ignored.includes(name));
}

/** Arch Linux and its derivatives: pacman(8). Its repositories have one version of each package. */
export const pacman: PackageManager = {
  name: 'pacman',
  format: 'pacman',
  distributions: ['arch', 'archlinux', 'manjaro'],
  locks,
  repositories: pacmanRepositories,
  isPresent: async (host) => (await host.run('pacman', ['--version'])).exitCode === 0,
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
  // A conflicting package makes pacman refuse: `--noconfirm` answers that question with no.
  additions: async (host, specs, work) => {
    const has = await installed(host);
    const planned = parsePairs(await shown(host, specs, work));
    return {
      added: planned.flatMap(([name]) => (has.has(name) ? [] : [name])),
      changed: planned.flatMap(([name]) => {
        const from = has.get(name);
        return from === undefined ? [] : [{ name, from }];
      }),
    };
  },
  install: async (host, specs, work = {}) => {
    const args = ['--needed', ...words(specs)];
    // Downloading may be interrupted; the transaction must not be.
    await pacmanRun(host, ['-Sw', ...args], { ...work, interruptible: work.signal });
    work.signal?.throwIfAborted();
    await pacmanRun(host, ['-S', ...args], work);
  },
  remove: async (host, names, work) => {
    const args = ['-Rc', '--print', '--print-format', '%n %v', ...names];
    const goes = parsePairs(await pacmanRun(host, args, work)).map(([name]) => name);
    const others = goes.filter((name) => !names.includes(name));
    if (others.length > 0) return { kind: 'needed', by: others };
    await pacmanRun(host, ['-Rn', ...names], work);
    return { kind: 'removed' };
  },
  installedVersion: async (host, name) => (await installed(host)).get(name),
  versions: async (host, name) => {
    const { stdout } = await host.run('pacman', ['-Si', name]);
    const versions = [...stdout.matchAll(/^Version\s*: (\S+)/gm)].map(
      ([, version = '']) => version,
    );
    return newestFirst(versions, comparePacmanVersions);
  },
  refresh,
  held,
  hold: async (host, names) => {
    const already = await held(host, names);
    const added = names.filter((name) => !already.includes(name));
    if (added.length > 0) await edit(host, (content) => withIgnored(content, added));
  },
  unhold: (host, names) => edit(host, (content) => withoutIgnored(content, names)),
  compareVersions: comparePacmanVersions,
};
