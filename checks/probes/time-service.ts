import type { CheckContext } from '../context.ts';

/** A time service of the host. */
export interface TimeService {
  /** Name of its unit or init script, for example `systemd-timesyncd`. */
  readonly name: string;
  readonly manager: 'systemd' | 'openrc';
  readonly state: 'on' | 'off';
}

/** Services that set the clock from the network, by their names in systemd and OpenRC. */
const names = ['chrony', 'chronyd', 'systemd-timesyncd', 'ntpsec', 'ntpd', 'ntp', 'openntpd'];
const unitFolders = ['/usr/lib/systemd/system', '/lib/systemd/system', '/etc/systemd/system'];
const askTimeoutMs = 2000;

type Look = Pick<CheckContext, 'files' | 'run'>;

/** The installed time service, one that runs before one that is off; `undefined` where there is none. */
export async function findTimeService({ files, run }: Look): Promise<TimeService | undefined> {
  const manager = await managerOf(files);
  if (manager === undefined) return undefined;
  const found: TimeService[] = [];
  for (const name of names) {
    if (!(await isInstalled(files, { name, manager }))) continue;
    const [command, ...args] =
      manager === 'systemd'
        ? (['systemctl', 'is-active', '--quiet', name] as const)
        : (['rc-service', name, 'status'] as const);
    const { exitCode } = await run(command, args, { timeoutMs: askTimeoutMs });
    found.push({ name, manager, state: exitCode === 0 ? 'on' : 'off' });
  }
  return found.find(({ state }) => state === 'on') ?? found[0];
}

/** Who says that the clock is in step with the network; `undefined` when nobody does. */
export async function isSynchronised({ run }: Look): Promise<string | undefined> {
  const chrony = await run('chronyc', ['-n', 'tracking'], { timeoutMs: askTimeoutMs });
  if (chrony.exitCode === 0 && /^Leap status\s*:\s*Normal$/m.test(chrony.stdout)) return 'chronyc';
  const show = ['show', '--property=NTPSynchronized', '--value'];
  const timedate = await run('timedatectl', show, { timeoutMs: askTimeoutMs });
  return timedate.exitCode === 0 && timedate.stdout.trim() === 'yes' ? 'timedatectl' : undefined;
}

async function managerOf(files: Look['files']): Promise<TimeService['manager'] | undefined> {
  if ((await files.kind('/run/systemd/system')) === 'folder') return 'systemd';
  return (await files.kind('/run/openrc')) === 'folder' ? 'openrc' : undefined;
}

async function isInstalled(
  files: Look['files'],
  { name, manager }: Pick<TimeService, 'name' | 'manager'>,
): Promise<boolean> {
  const paths =
    manager === 'systemd'
      ? unitFolders.map((folder) => `${folder}/${name}.service`)
      : [`/etc/init.d/${name}`];
  const kinds = await Promise.all(paths.map((path) => files.kind(path)));
  return kinds.includes('file');
}
