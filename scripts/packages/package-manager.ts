import type { ProvisionHost } from '../host/provision-host.ts';

/** What removing packages would take along, or that it was done. */
type RemovalOutcome =
  | { readonly kind: 'removed' }
  /** Packages that came later need them: nothing was removed. */
  | { readonly kind: 'needed'; readonly by: readonly string[] };

/** A distribution's package manager, as far as berth uses one. One file each. */
export interface PackageManager {
  /** Its name on the command line, as error messages have it. */
  readonly name: string;
  /** Whether it is the one of this host. */
  isPresent(host: ProvisionHost): Promise<boolean>;
  /** Those of `names` that are not installed. */
  missing(host: ProvisionHost, names: readonly string[]): Promise<readonly string[]>;
  /** Those of `names` that have left anything on the host: installed, half installed, or only configuration. */
  traces(host: ProvisionHost, names: readonly string[]): Promise<readonly string[]>;
  /** Every package that installing `names` would add, dependencies included. May refresh the package index. */
  additions(host: ProvisionHost, names: readonly string[]): Promise<readonly string[]>;
  /** Fetches the index where it is too old to know `names`, then installs. Throws COMMAND_FAILED. */
  install(host: ProvisionHost, names: readonly string[], signal?: AbortSignal): Promise<void>;
  /** Removes exactly `names` with their configuration, or nothing when others need them. */
  remove(host: ProvisionHost, names: readonly string[]): Promise<RemovalOutcome>;
}
