import { runChecked } from '../../host/commands.ts';
import { newestFirst } from '../newest-first.ts';
import { compareRpmVersions } from '../order/rpm-order.ts';
import type { PackageManager } from '../package-manager.ts';
import { dnfLike } from './dnf-like.ts';
import { plainVersion } from './rpm-database.ts';
import { dnfLocks } from './rpm-locks.ts';

/** Fedora, RHEL 8 and later with their derivatives: dnf(8), dnf 4 and dnf 5 alike. */
export const dnf: PackageManager = dnfLike({
  name: 'dnf',
  distributions: ['fedora', 'rhel', 'centos', 'openEuler', 'openeuler', 'anolis', 'kylin', 'amzn'],
  locks: dnfLocks,
  isPresent: async (host) => (await host.run('dnf', ['--version'])).exitCode === 0,
  options: () => Promise.resolve(['--setopt=install_weak_deps=False']),
  exactly: (name, version) => `${name}-${version}`,
  refresh: ['makecache', '--refresh'],
  goesBackBy: 'install',
  reader: 'dnf',
  lockPlugin: 'python3-dnf-plugin-versionlock',
  versions: async (host, name) => {
    // dnf 4 adds a line feed of its own, dnf 5 does not.
    const args = ['-q', 'repoquery', '--available', '--qf', '%{evr}\\n', name] as const;
    const list = await runChecked(host.run, ['dnf', ...args]);
    const versions = list.split('\n').filter((line) => line !== '');
    return newestFirst(versions.map(plainVersion), compareRpmVersions);
  },
});
