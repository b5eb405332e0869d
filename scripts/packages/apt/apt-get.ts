import { runChecked, type CommandOptions } from '../../host/commands.ts';
import { listFolder } from '../../../runtime/host/files.ts';
import type { ProvisionHost } from '../../host/provision-host.ts';
import { exclusively } from '../lock/exclusively.ts';
import type { LockFile } from '../lock/lock-file.ts';
import type { PackageSpec, PackageWork } from '../package-manager.ts';

const quietly = { env: { DEBIAN_FRONTEND: 'noninteractive', APT_LISTCHANGES_FRONTEND: 'none' } };

/** What apt-get(8), apt(8), dpkg(1) and unattended-upgrades lock, the outermost first. */
export const aptLocks: readonly LockFile[] = [
  { path: '/var/lib/dpkg/lock-frontend', proof: 'lock' },
  { path: '/var/lib/dpkg/lock', proof: 'lock' },
  { path: '/var/lib/apt/lists/lock', proof: 'lock' },
  { path: '/var/cache/apt/archives/lock', proof: 'lock' },
];

/**
 * Options of every apt-get run: keep no downloaded archive, ask nothing, leave configuration files alone. Its own wait
 * for the lock only covers the moment between berth's look and its start. Without a terminal of apt's between them, what dpkg
 * complains of comes as its standard error.
 */
const options = [
  ...['-y', '-q', '-o', 'DPkg::Lock::Timeout=5', '-o', 'APT::Keep-Downloaded-Packages=false'],
  ...['-o', 'Dpkg::Use-Pty=0'],
  ...['-o', 'Dpkg::Options::=--force-confdef', '-o', 'Dpkg::Options::=--force-confold'],
];

/** Arguments that install `specs`, and never remove another package. */
export function installArguments(specs: readonly PackageSpec[]): readonly string[] {
  const exact = specs.some(({ version }) => version !== undefined);
  return [
    'install',
    '--no-install-recommends',
    '--no-remove',
    ...(exact ? ['--allow-downgrades'] : []),
    ...specs.map(({ name, version }) => (version === undefined ? name : `${name}=${version}`)),
  ];
}

/** Runs apt-get(8) with the lock to itself. Throws COMMAND_FAILED, PACKAGE_LOCKED. */
export async function aptGet(
  host: ProvisionHost,
  args: readonly string[],
  work: PackageWork & { readonly interruptible?: AbortSignal } = {},
): Promise<void> {
  const { interruptible, ...waiting } = work;
  const command: CommandOptions =
    interruptible === undefined ? quietly : { ...quietly, signal: interruptible };
  const run = async (): Promise<string> =>
    runChecked(host.run, ['apt-get', ...options, ...args], command);
  await exclusively(host, { locks: aptLocks, run }, waiting);
}

/** Where dpkg(1) notes down what it is doing, a file a change: none are left when it comes to its end. */
const updatesFolder = '/var/lib/dpkg/updates';

/**
 * Brings a dpkg(1) that was killed to its end: until then apt-get refuses everything. Does nothing where none was.
 * Throws COMMAND_FAILED, PACKAGE_LOCKED.
 */
export async function finishInterrupted(host: ProvisionHost, work: PackageWork): Promise<void> {
  const isInterrupted = async (): Promise<boolean> =>
    (await listFolder(host.path(updatesFolder))).some((name) => /^\d+$/.test(name));
  if (!(await isInterrupted())) return;
  await dpkg(host, ['--force-confdef', '--force-confold', '--configure', '-a'], work);
}

/**
 * Removes packages that were killed while they were unpacked, which apt-get cannot. Their configuration stays: it may be
 * somebody's from before. Throws COMMAND_FAILED, PACKAGE_LOCKED.
 */
export async function removeBroken(
  host: ProvisionHost,
  names: readonly string[],
  work: PackageWork,
): Promise<void> {
  await dpkg(host, ['--force-remove-reinstreq', '--force-depends', '--remove', ...names], work);
}

async function dpkg(
  host: ProvisionHost,
  args: readonly string[],
  work: PackageWork,
): Promise<void> {
  const run = (): Promise<string> => runChecked(host.run, ['dpkg', ...args], quietly);
  await exclusively(host, { locks: aptLocks, run }, work);
}

/** Runs apt-mark(8), which locks nothing but dpkg's database. */
export async function aptMark(
  host: ProvisionHost,
  args: readonly string[],
  work?: PackageWork,
): Promise<void> {
  const run = async (): Promise<string> => runChecked(host.run, ['apt-mark', ...args], quietly);
  await exclusively(host, { locks: aptLocks, run }, work);
}

/** What apt-get would do, without lock and without doing it; the command's result, because it may know no package. */
export async function simulate(
  host: ProvisionHost,
  args: readonly string[],
): Promise<{ readonly exitCode: number; readonly stdout: string }> {
  return host.run('apt-get', simulation(args), quietly);
}

/** As `simulate`, of what has to be possible. Throws COMMAND_FAILED. */
export async function simulateChecked(
  host: ProvisionHost,
  args: readonly string[],
): Promise<string> {
  return runChecked(host.run, ['apt-get', ...simulation(args)], quietly);
}

const simulation = (args: readonly string[]): readonly string[] => [
  '-s',
  '-o',
  'Debug::NoLocking=1',
  ...args,
];
