import type { ProvisionHost } from '../../host/provision-host.ts';
import type { PackageManager, PackageWork } from '../package-manager.ts';

type Versionlock = (
  host: ProvisionHost,
  args: readonly string[],
  work?: PackageWork,
) => Promise<string>;

/** Holding by the `versionlock` command: a plugin of dnf 4 and of yum, part of dnf 5. */
export function versionLocks(
  versionlock: Versionlock,
  program: 'dnf' | 'yum',
): Pick<PackageManager, 'held' | 'hold' | 'unhold'> {
  return {
    held: async (host, names) => {
      const entries = parseVersionLocks(await versionlock(host, ['list']));
      return names.filter((name) => entries.includes(name));
    },
    hold: async (host, names, work) => {
      await versionlock(host, ['add', ...names], work);
    },
    unhold: async (host, names, work) => {
      // yum compares with the whole entry, epoch and all.
      const entries = program === 'yum' ? names.map((name) => `*:${name}-*`) : names;
      await versionlock(host, ['delete', ...entries], work);
    },
  };
}

/**
 * Names in the list of version locks: `docker-ce-cli-1:28.5.2-1.el9.*` (dnf 4), `1:docker-ce-cli-28.5.2-1.el7.*` (yum), or
 * `Package name: docker-ce-cli` (dnf 5). Entries that begin with `!` exclude a version and hold none.
 */
export function parseVersionLocks(list: string): readonly string[] {
  return list.split('\n').flatMap((line) => {
    const name =
      /^Package name:\s*(\S+)/.exec(line)?.[1] ??
      /^(?:\d+:)?([^\s!#]+)-(?:\d+:)?[^-\s]+-[^-\s]+$/.exec(line.trim())?.[1];
    return name === undefined ? [] : [name];
  });
}
