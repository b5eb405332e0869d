import { readFile, readTextIfExists } from '../../host/files.ts';
import { BerthError } from '../../errors/berth-error.ts';
import type { Spec } from '../../spec/spec.ts';

/** Which of the security modules that label processes this host has, switched on. */
export interface SecurityModules {
  readonly appArmor: boolean;
  readonly seLinux: boolean;
}

const moduleNames: Readonly<Record<keyof SecurityModules, string>> = {
  appArmor: 'AppArmor',
  seLinux: 'SELinux',
};

/** Looks at the host; does not change while it runs. */
export async function readSecurityModules(): Promise<SecurityModules> {
  const [appArmor, fileSystems] = await Promise.all([
    readTextIfExists('/sys/module/apparmor/parameters/enabled'),
    readTextIfExists('/proc/filesystems'),
  ]);
  const seLinux = fileSystems?.includes('\tselinuxfs\n') === true && (await isSeLinuxOn());
  return { appArmor: appArmor?.startsWith('Y') === true, seLinux };
}

async function isSeLinuxOn(): Promise<boolean> {
  const [mountinfo, label] = await Promise.all([
    readFile('/proc/self/mountinfo', 'utf8'),
    // Without a module that labels processes the kernel answers EINVAL.
    readFile('/proc/self/attr/current', 'utf8').catch(() => ''),
  ]);
  return seLinuxEnabled(mountinfo, label);
}

/**
 * Whether SELinux is switched on, as its own library sees it: selinuxfs is mounted and can be written (a container sees
 * it read-only, if at all), and processes have labels, which they have not before a policy was loaded.
 *
 * @param mountinfo text of proc_pid_mountinfo(5).
 * @param label text of /proc/self/attr/current.
 */
export function seLinuxEnabled(mountinfo: string, label: string): boolean {
  const current = label.replace(/[\0\n]/g, '');
  if (current === '' || current === 'kernel') return false;
  return mountinfo.split('\n').some((line) => {
    const [mount = '', fileSystem = ''] = line.split(' - ');
    const [type, , superOptions = ''] = fileSystem.split(' ');
    const options = [mount.split(' ')[5] ?? '', superOptions].flatMap((list) => list.split(','));
    return type === 'selinuxfs' && !options.includes('ro');
  });
}

/**
 * Refuses labels that nobody on this host would look at: a container that was to be confined must not run without.
 * @throws SPEC_UNSUPPORTED naming the fields.
 */
export function refuseUnknownModules(spec: Spec, modules: SecurityModules): void {
  const { process } = spec;
  const asked = [
    { field: 'process.apparmorProfile', value: process.apparmorProfile, module: 'appArmor' },
    { field: 'process.selinuxLabel', value: process.selinuxLabel, module: 'seLinux' },
  ] as const;
  const missing = asked.filter(({ value = '', module }) => value !== '' && !modules[module]);
  if (missing.length === 0) return;
  const fields = missing.map(({ field }) => field);
  const names = [...new Set(missing.map(({ module }) => moduleNames[module]))].join(' and ');
  throw new BerthError('SPEC_UNSUPPORTED', {
    message: `The config sets '${fields.join("', '")}', and this host does not have ${names} switched on; wanted a host with it, or a config without.`,
    remedy:
      'Leave the named fields out of the config, or switch the security module on and restart berth.',
    details: { fields },
  });
}

/**
 * Leaves the label of files out where no module would look at it: the kernel takes none. It confines nobody by itself, so
 * there is nothing that the container does not get but what a policy would have allowed it.
 */
export function withoutUnknownLabel(
  spec: Spec,
  { seLinux }: SecurityModules,
): { readonly spec: Spec; readonly warnings: readonly string[] } {
  const { mountLabel = '', ...linux } = spec.linux;
  if (mountLabel === '' || seLinux) return { spec, warnings: [] };
  const warning = `"linux.mountLabel" is left out: this host does not have SELinux switched on.`;
  return { spec: { ...spec, linux }, warnings: [warning] };
}
