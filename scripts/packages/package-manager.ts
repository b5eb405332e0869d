import type { Clock } from '../../runtime/host/clock.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import type { LockFile, LockWait } from './lock/lock-file.ts';
import type { RepositoryFormat } from './repository-format.ts';

/** A package that is wanted. */
export interface PackageSpec {
  readonly name: string;
  /** Exactly this version, as the package manager writes it; any when absent. */
  readonly version?: string;
}

/** What installing would do to the packages of a host. */
export interface InstallationPreview {
  /** Packages that were not there before, dependencies included. */
  readonly added: readonly string[];
  /** Packages that get another version: what they have now. */
  readonly changed: readonly { readonly name: string; readonly from: string }[];
}

/** What removing packages would take along, or that it was done. */
export type RemovalOutcome =
  | { readonly kind: 'removed' }
  /** Packages that came later need them: nothing was removed. */
  | { readonly kind: 'needed'; readonly by: readonly string[] };

/** How work that may have to wait for the package manager's lock is done. */
export interface PackageWork {
  /** Ctrl-C: ends waiting and downloading at once; unpacking goes on to its end. */
  readonly signal?: AbortSignal;
  /** Told when waiting begins, and again whenever another process holds the lock. */
  readonly onWait?: (wait: LockWait) => void;
  /** Longest wait for the lock, in milliseconds; ten minutes when absent. */
  readonly lockLimitMs?: number;
  readonly clock?: Clock;
}

/** How packages are removed. */
export interface RemovalWork extends PackageWork {
  /** Those whose configuration stays: it was there before berth installed them, and is somebody else's. */
  readonly keepConfiguration?: readonly string[];
}

/**
 * A distribution's package manager, as far as berth uses one. One folder each.
 *
 * Everything that writes waits for the package manager's lock, and throws PACKAGE_LOCKED when that takes too long, and
 * COMMAND_FAILED when the program fails.
 */
export interface PackageManager {
  /** Its name on the command line, as error messages have it. */
  readonly name: string;
  /** What kind of packages and repositories it knows. */
  readonly format: 'deb' | 'rpm' | 'apk' | 'pacman';
  /** Distributions, as ID and ID_LIKE of os-release(5) name them, whose own package manager it is. */
  readonly distributions: readonly string[];
  /** What its programs lock while they work. */
  readonly locks: readonly LockFile[];
  readonly repositories: RepositoryFormat;
  /** Whether it is there. Several may be: `packageManagerOf` says which one is the host's own. */
  isPresent(host: ProvisionHost): Promise<boolean>;
  /** Those of `specs` that are not installed, or not in the version that is wanted. */
  missing(host: ProvisionHost, specs: readonly PackageSpec[]): Promise<readonly PackageSpec[]>;
  /** Those of `names` that have left anything on the host: installed, half installed, or only configuration. */
  traces(host: ProvisionHost, names: readonly string[]): Promise<readonly string[]>;
  /**
   * Those of `names` that are not installed and whose configuration is there all the same, where the package manager keeps
   * account of that and removing would take it along.
   */
  configurationOnly?(host: ProvisionHost, names: readonly string[]): Promise<readonly string[]>;
  /**
   * What installing `specs` would change. May refresh the package index.
   * Throws PACKAGE_CONFLICT when it would remove packages.
   */
  additions(
    host: ProvisionHost,
    specs: readonly PackageSpec[],
    work?: PackageWork,
  ): Promise<InstallationPreview>;
  /** Installs what `additions`, which fetches the index, has previewed; never removes another package. Throws PACKAGE_UNKNOWN. */
  install(host: ProvisionHost, specs: readonly PackageSpec[], work?: PackageWork): Promise<void>;
  /** Removes exactly `names` with their configuration, but for what is to be kept, or nothing when others need them. */
  remove(
    host: ProvisionHost,
    names: readonly string[],
    work?: RemovalWork,
  ): Promise<RemovalOutcome>;
  /** The version that is installed; `undefined` when none is. */
  installedVersion(host: ProvisionHost, name: string): Promise<string | undefined>;
  /** Versions that the repositories have, as the index of the host knows them, newest first. */
  versions(host: ProvisionHost, name: string): Promise<readonly string[]>;
  /** Fetches the index of every repository. */
  refresh(host: ProvisionHost, work?: PackageWork): Promise<void>;
  /** Those of `names` that stay at their version whatever is upgraded. */
  held(host: ProvisionHost, names: readonly string[]): Promise<readonly string[]>;
  /** Keeps `names` at their version. Throws PACKAGE_HOLD_UNSUPPORTED. */
  hold(host: ProvisionHost, names: readonly string[], work?: PackageWork): Promise<void>;
  unhold(host: ProvisionHost, names: readonly string[], work?: PackageWork): Promise<void>;
  /** Order of two versions, as the package manager itself has it: negative, zero or positive. */
  compareVersions(a: string, b: string): number;
}
