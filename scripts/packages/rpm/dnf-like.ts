import { packageMessages as m } from '../../../messages/areas/packages.ts';
import { BerthError } from '../../../runtime/errors/berth-error.ts';
import { runChecked, type CommandOptions } from '../../host/commands.ts';
import type { ProvisionHost } from '../../host/provision-host.ts';
import { requireNoRemoval } from '../conflicts.ts';
import { exclusively } from '../lock/exclusively.ts';
import { compareRpmVersions } from '../order/rpm-order.ts';
import type {
  InstallationPreview,
  PackageManager,
  PackageSpec,
  PackageWork,
} from '../package-manager.ts';
import { requireFound } from './require-found.ts';
import { installedRpms, missingRpms } from './rpm-database.ts';
import { rpmRepositories } from './rpm-repositories.ts';
import { parseTransactionTable } from './transaction-table.ts';
import { versionLocks } from './version-locks.ts';

/** In what dnf and yum differ. */
export interface DnfDialect extends Pick<
  PackageManager,
  'name' | 'distributions' | 'locks' | 'isPresent' | 'versions'
> {
  /** Arguments of every run. */
  readonly options: (host: ProvisionHost) => Promise<readonly string[]>;
  /** A package in exactly one version, as an argument. */
  readonly exactly: (name: string, version: string) => string;
  /** Arguments that fetch every index anew. */
  readonly refresh: readonly string[];
  /** Whether `install` also goes back to an older version, or `downgrade` has to be used. */
  readonly goesBackBy: 'install' | 'downgrade';
  readonly reader: 'dnf' | 'yum';
  /** What has to be installed so that versions can be held. */
  readonly lockPlugin: string;
}

/** Ordered so that weak dependencies stay away, and a removal takes nothing else along. */
const always = ['-y', '--setopt=clean_requirements_on_remove=False', '--setopt=color=never'];

/** Makes a package manager of dnf's family: the same verbs, tables and database. */
export function dnfLike(dialect: DnfDialect): PackageManager {
  const command = async (
    host: ProvisionHost,
    args: readonly string[],
    options?: CommandOptions,
  ): Promise<string> =>
    runChecked(
      host.run,
      [dialect.name, ...always, ...(await dialect.options(host)), ...args],
      options,
    );

  const locked = async (
    host: ProvisionHost,
    args: readonly string[],
    work: PackageWork & { readonly interruptible?: AbortSignal | undefined } = {},
  ): Promise<void> => {
    const { interruptible: signal, ...waiting } = work;
    const run = (): Promise<string> => command(host, args, signal === undefined ? {} : { signal });
    await exclusively(host, { locks: dialect.locks, run }, waiting);
  };

  /** The table, with exit status 1 because the answer was no; without a table that status is an error. */
  const shown = async (
    host: ProvisionHost,
    args: readonly string[],
    work?: PackageWork,
  ): Promise<ReturnType<typeof parseTransactionTable>> => {
    const options = [...always.slice(1), ...(await dialect.options(host)), '--assumeno'];
    const run = async (): Promise<string> => {
      const argv: readonly [string, ...string[]] = [dialect.name, ...options, ...args];
      const result = await host.run(dialect.name, argv.slice(1));
      const { installed, changed, removed } = parseTransactionTable(result.stdout);
      const empty = installed.length + changed.length + removed.length === 0;
      // Said again, for its error.
      return empty && result.exitCode !== 0 ? runChecked(host.run, argv) : result.stdout;
    };
    return parseTransactionTable(await exclusively(host, { locks: dialect.locks, run }, work));
  };

  const verb = async (
    host: ProvisionHost,
    specs: readonly PackageSpec[],
  ): Promise<'install' | 'downgrade'> => {
    if (dialect.goesBackBy === 'install') return 'install';
    const installed = await installedRpms(host);
    const older = specs.some(({ name, version }) => {
      const has = installed.get(name);
      return has !== undefined && version !== undefined && compareRpmVersions(version, has) < 0;
    });
    return older ? 'downgrade' : 'install';
  };

  const words = (specs: readonly PackageSpec[]): readonly string[] =>
    specs.map(({ name, version }) =>
      version === undefined ? name : dialect.exactly(name, version),
    );

  const additions = async (
    host: ProvisionHost,
    specs: readonly PackageSpec[],
    work?: PackageWork,
  ): Promise<InstallationPreview> => {
    const wanted = await missingRpms(host, specs);
    if (wanted.length === 0) return { added: [], changed: [] };
    const table = await shown(host, [await verb(host, wanted), ...words(wanted)], work);
    requireNoRemoval(
      wanted.map(({ name }) => name),
      table.removed,
    );
    const installed = await installedRpms(host);
    return {
      added: table.installed.map(({ name }) => name).filter((name) => !installed.has(name)),
      changed: [...table.changed, ...table.installed].flatMap(({ name }) => {
        const from = installed.get(name);
        return from === undefined ? [] : [{ name, from }];
      }),
    };
  };

  const install: PackageManager['install'] = async (host, specs, work = {}) => {
    const args = [await verb(host, specs), ...words(specs)];
    // Downloading may be interrupted; the transaction must not be.
    const interruptible = work.signal;
    await locked(host, [...args, '--downloadonly'], { ...work, interruptible });
    work.signal?.throwIfAborted();
    await locked(host, args, work);
    requireFound(await missingRpms(host, specs));
  };

  const locks = versionLocks(async (host, args, work) => {
    const { exitCode } = await host.run(dialect.name, ['-q', 'versionlock', 'list']);
    if (exitCode !== 0) throw noLockPlugin(dialect);
    if (args[0] === 'list') return command(host, ['-q', 'versionlock', ...args]);
    await locked(host, ['-q', 'versionlock', ...args], work);
    return '';
  }, dialect.reader);

  return {
    name: dialect.name,
    format: 'rpm',
    distributions: dialect.distributions,
    locks: dialect.locks,
    isPresent: dialect.isPresent,
    versions: dialect.versions,
    repositories: rpmRepositories(dialect.reader),
    missing: missingRpms,
    traces: async (host, names) => {
      const installed = await installedRpms(host);
      return names.filter((name) => installed.has(name));
    },
    additions,
    install,
    remove: async (host, names, work) => {
      const { removed } = await shown(host, ['remove', ...names], work);
      const others = removed.filter((name) => !names.includes(name));
      if (others.length > 0) return { kind: 'needed', by: others };
      await locked(host, ['remove', ...names], work);
      return { kind: 'removed' };
    },
    installedVersion: async (host, name) => (await installedRpms(host)).get(name),
    refresh: (host, work = {}) =>
      locked(host, dialect.refresh, { ...work, interruptible: work.signal }),
    ...locks,
    compareVersions: compareRpmVersions,
  };
}

function noLockPlugin(dialect: DnfDialect): BerthError {
  return new BerthError('PACKAGE_HOLD_UNSUPPORTED', {
    message: m.holdUnsupported({ manager: dialect.name }),
    remedy: m.holdUnsupportedRemedy({ plugin: dialect.lockPlugin }),
    details: { manager: dialect.name, plugin: dialect.lockPlugin },
  });
}
