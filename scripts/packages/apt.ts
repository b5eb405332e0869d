import type { ProvisionHost } from '../host/provision-host.ts';
import { runChecked } from '../host/commands.ts';
import type { PackageManager } from './package-manager.ts';

const quietly = { env: { DEBIAN_FRONTEND: 'noninteractive', APT_LISTCHANGES_FRONTEND: 'none' } };

/** Options of every apt-get run: wait for a held lock, keep no downloaded archive, ask nothing. */
const aptGet: readonly [string, ...string[]] = [
  'apt-get',
  '-y',
  '-q',
  '-o',
  'DPkg::Lock::Timeout=120',
  '-o',
  'APT::Keep-Downloaded-Packages=false',
  '-o',
  'Dpkg::Options::=--force-confold',
];

/** Packages that dpkg knows, with their state: `installed`, `config-files`, `half-configured` ... */
async function packageStates(host: ProvisionHost): Promise<ReadonlyMap<string, string>> {
  const format = '${Package} ${db:Status-Status}\\n';
  const list = await runChecked(host.run, ['dpkg-query', '-W', '-f', format]);
  return new Map(
    list.split('\n').flatMap((line) => {
      const [name, state] = line.split(' ');
      return name !== undefined && state !== undefined ? [[name, state] as const] : [];
    }),
  );
}

/** Package names on lines such as `Inst kmod (30+20221128-1 Debian:12.11/stable [amd64])` of a simulated run. */
function namesAfter(verbs: readonly string[], simulation: string): readonly string[] {
  return simulation.split('\n').flatMap((line) => {
    const [verb, name] = line.split(' ');
    return verb !== undefined && name !== undefined && verbs.includes(verb) ? [name] : [];
  });
}

async function simulate(host: ProvisionHost, args: readonly string[]): Promise<string> {
  return runChecked(host.run, ['apt-get', '-s', '-o', 'Debug::NoLocking=1', ...args], quietly);
}

const install = (names: readonly string[]): readonly string[] => [
  'install',
  '--no-install-recommends',
  ...names,
];

/** Simulates the installation, after fetching the index when it does not know a package. */
async function plannedInstall(host: ProvisionHost, names: readonly string[]): Promise<string> {
  const first = await host.run('apt-get', ['-s', '-o', 'Debug::NoLocking=1', ...install(names)]);
  if (first.exitCode === 0) return first.stdout;
  await runChecked(host.run, [...aptGet, 'update'], quietly);
  return simulate(host, install(names));
}

/** Debian and its derivatives: apt-get(8), dpkg-query(1). */
export const apt: PackageManager = {
  name: 'apt-get',
  isPresent: async (host) => (await host.run('apt-get', ['--version'])).exitCode === 0,
  missing: async (host, names) => {
    const states = await packageStates(host);
    return names.filter((name) => states.get(name) !== 'installed');
  },
  traces: async (host, names) => {
    const states = await packageStates(host);
    return names.filter((name) => (states.get(name) ?? 'not-installed') !== 'not-installed');
  },
  additions: async (host, names) => {
    const states = await packageStates(host);
    const planned = namesAfter(['Inst'], await plannedInstall(host, names));
    return planned.filter((name) => states.get(name) !== 'installed');
  },
  install: async (host, names, signal) => {
    // Downloading may be interrupted; unpacking and configuring must not be.
    await runChecked(host.run, [...aptGet, ...install(names), '--download-only'], {
      ...quietly,
      ...(signal === undefined ? {} : { signal }),
    });
    signal?.throwIfAborted();
    await runChecked(host.run, [...aptGet, ...install(names)], quietly);
  },
  remove: async (host, names) => {
    const goes = namesAfter(['Remv', 'Purg'], await simulate(host, ['purge', ...names]));
    const others = goes.filter((name) => !names.includes(name));
    if (others.length > 0) return { kind: 'needed', by: others };
    await runChecked(host.run, [...aptGet, 'purge', ...names], quietly);
    return { kind: 'removed' };
  },
};
