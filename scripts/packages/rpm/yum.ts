import { readTextIfExists } from '../../../runtime/host/files.ts';
import type { ProvisionHost } from '../../host/provision-host.ts';
import { newestFirst } from '../newest-first.ts';
import { compareRpmVersions } from '../order/rpm-order.ts';
import type { PackageManager } from '../package-manager.ts';
import { dnfLike } from './dnf-like.ts';
import { vaultOptions } from './el7-vault.ts';
import { plainVersion } from './rpm-database.ts';
import { yumLocks } from './rpm-locks.ts';

const baseRepositories = '/etc/yum.repos.d/CentOS-Base.repo';

/** From EL 8 on `yum` is another name of dnf, which is version 4 and more. */
async function isPresent(host: ProvisionHost): Promise<boolean> {
  const { exitCode, stdout } = await host.run('yum', ['--version']);
  return exitCode === 0 && stdout.startsWith('3.');
}

/** Versions in the output of `yum list --showduplicates`: name and architecture, version, repository. */
export function parseYumList(output: string, name: string): readonly string[] {
  // A name that is too long for its column breaks the line.
  const rows = output.replaceAll(/\n[ \t]+/g, ' ').split('\n');
  return rows.flatMap((row) => {
    const [nameAndArchitecture, version] = row.split(/\s+/);
    const found = nameAndArchitecture?.replace(/\.[a-z0-9_]+$/, '') === name;
    return found && version !== undefined ? [plainVersion(version)] : [];
  });
}

/** The options of every run: on CentOS 7 the vault in place of mirrors that are gone. */
async function options(host: ProvisionHost): Promise<readonly string[]> {
  return vaultOptions((await readTextIfExists(host.path(baseRepositories))) ?? '');
}

/** CentOS 7, RHEL 7 and their derivatives: yum(8), version 3. */
export const yum: PackageManager = dnfLike({
  name: 'yum',
  distributions: ['centos', 'rhel'],
  locks: yumLocks,
  isPresent,
  options,
  // Without the epoch: yum takes it only together with the architecture.
  exactly: (name, version) => `${name}-${version.replace(/^\d+:/, '')}`,
  refresh: ['makecache', 'fast'],
  goesBackBy: 'downgrade',
  reader: 'yum',
  lockPlugin: 'yum-plugin-versionlock',
  versions: async (host, name) => {
    const args = [...(await options(host)), '-q', 'list', 'available', '--showduplicates', name];
    const { stdout } = await host.run('yum', args);
    return newestFirst(parseYumList(stdout, name), compareRpmVersions);
  },
});
