import { unusableValue } from '../config/config-file.ts';
import type { ContainerSettings } from '../config/daemon-config.ts';
import type { ContainerDefaults } from '../container/ports.ts';
import { parseSecurityOptions } from '../container/spec/security-options.ts';
import { specRlimits } from '../container/spec/spec-rlimits.ts';
import { messageOf } from '../errors/berth-error.ts';
import { readTextIfExists } from '../host/files.ts';
import { verifyLogDefaults } from './log-defaults.ts';

/**
 * What a configuration means for containers that do not say: the seccomp profile that it names is read.
 * @throws DAEMON_CONFIG_INVALID for a profile or a limit that there is none of.
 */
export async function containerDefaults(settings: ContainerSettings): Promise<ContainerDefaults> {
  const { init, cgroupParent, ulimits, shmSizeBytes, dns, dnsOptions, dnsSearch } = settings;
  const { ipcMode, cgroupnsMode, resolvConf, log } = settings;
  verifyLogDefaults(log);
  for (const ulimit of ulimits)
    sound(['default-ulimits', ulimit.Name], () => specRlimits({ Ulimits: [ulimit] }));
  return {
    ...{ init, cgroupParent, ulimits: [...ulimits], shmSizeBytes, dns, dnsOptions, dnsSearch, log },
    security: await securityDefaults(settings),
    ...(ipcMode === '' ? {} : { ipcMode }),
    ...(cgroupnsMode === '' ? {} : { cgroupnsMode }),
    ...(resolvConf === '' ? {} : { resolvConfPath: resolvConf }),
  };
}

async function securityDefaults({
  seccompProfile,
  noNewPrivileges,
}: ContainerSettings): Promise<NonNullable<ContainerDefaults['security']>> {
  const profile = seccompProfile.startsWith('/')
    ? await readProfile(seccompProfile)
    : seccompProfile || 'builtin';
  return sound(['seccomp-profile'], () =>
    parseSecurityOptions({
      Privileged: false,
      SecurityOpt: [`no-new-privileges=${noNewPrivileges}`, `seccomp=${profile}`],
    }),
  );
}

async function readProfile(path: string): Promise<string> {
  const text = await readTextIfExists(path);
  if (text !== undefined) return text;
  throw unusableValue(['seccomp-profile'], `there is no file "${path}"`);
}

/** What is wrong with a value that clients may give, too, is known where those are read. */
function sound<T>(key: Parameters<typeof unusableValue>[0], read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw unusableValue(key, messageOf(error), error);
  }
}
