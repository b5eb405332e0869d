import { BerthError } from '../../errors/berth-error.ts';
import { parsePreciseJson } from '../../spec/precise-json.ts';
import { seccompSchema } from '../../spec/seccomp.ts';
import type { Seccomp } from '../../spec/seccomp.ts';
import { parseBoolean } from '../log-drivers/go-values.ts';
import type { HostConfig } from '../model/host-config.ts';

/** What `HostConfig.SecurityOpt` says. */
export interface SecurityOptions {
  readonly noNewPrivileges: boolean;
  /** `default`: the profile for the container's capabilities. */
  readonly seccomp: 'default' | 'unconfined' | Seccomp;
  /** What a container may do in /sys/fs/cgroup; `default`: write there if it is privileged. */
  readonly cgroups: 'default' | 'writable' | 'read-only';
}

function split(option: string): readonly [string, string | undefined] {
  // Docker still takes the old form with a colon.
  const at = option.search(/[=:]/);
  return at === -1 ? [option, undefined] : [option.slice(0, at), option.slice(at + 1)];
}

/** In Docker's words, which tell an option without a value from one whose name or value there is not. */
function invalid(option: string, kind: 1 | 2): BerthError {
  return new BerthError('CONTAINER_CONFIG_INVALID', {
    message: `invalid --security-opt ${kind}: ${JSON.stringify(option)}`,
    remedy: 'Correct HostConfig.SecurityOpt.',
    details: { field: 'HostConfig.SecurityOpt', value: option },
  });
}

function parseSeccomp(value: string): SecurityOptions['seccomp'] {
  if (value === 'unconfined') return 'unconfined';
  if (value === 'builtin') return 'default';
  let json: unknown;
  try {
    json = parsePreciseJson(value);
  } catch (cause) {
    throw new BerthError('CONTAINER_CONFIG_INVALID', {
      message: `Decoding seccomp profile failed: it is no JSON`,
      remedy: 'Give a profile as JSON, "unconfined" or "builtin".',
      details: { field: 'HostConfig.SecurityOpt' },
      cause,
    });
  }
  return parseProfile(json);
}

/**
 * Docker's own profile format has parts that depend on the host (`archMap`, `includes`, `excludes`); those are not
 * carried out yet, and a profile with them would be weaker or stronger than meant.
 */
function parseProfile(json: unknown): Seccomp {
  const text = JSON.stringify(json, (_key, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
  if (/"(archMap|includes|excludes)":[{[]"?[^}\]]/.test(text)) {
    throw new BerthError('UNSUPPORTED_FIELD', {
      message:
        'HostConfig.SecurityOpt has a seccomp profile with "archMap", "includes" or "excludes", which berth does not carry out yet',
      remedy:
        'Give a profile in the form of the OCI runtime specification, or leave it out: the default profile is built in.',
      details: { field: 'HostConfig.SecurityOpt' },
    });
  }
  const parsed = seccompSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new BerthError('CONTAINER_CONFIG_INVALID', {
    message: `Decoding seccomp profile failed: ${parsed.error.issues.map((issue) => `${issue.path.join('.')}: wanted ${issue.message}`).join('; ')}`,
    remedy: 'Correct the profile.',
    details: { field: 'HostConfig.SecurityOpt' },
  });
}

function parseFlag(option: string, value: string | undefined): boolean {
  if (value === undefined) return true;
  const parsed = parseBoolean(value);
  if ('value' in parsed) return parsed.value;
  throw invalid(option, 2);
}

/** Names that Docker has, too. */
const namesOfDocker = ['label', 'apparmor', 'seccomp'];

const dockerDefaults: DefaultSecurity = { noNewPrivileges: false, seccomp: 'default' };

/** What the daemon sets for containers that do not say. */
type DefaultSecurity = Omit<SecurityOptions, 'cgroups'>;

/**
 * Reads `HostConfig.SecurityOpt`.
 *
 * @param defaults What counts for what it does not set.
 * @throws CONTAINER_CONFIG_INVALID, UNSUPPORTED_FIELD
 */
export function parseSecurityOptions(
  hostConfig: Pick<HostConfig, 'Privileged' | 'SecurityOpt'>,
  defaults: DefaultSecurity = dockerDefaults,
): SecurityOptions {
  let seccomp = hostConfig.Privileged ? 'unconfined' : defaults.seccomp;
  let { noNewPrivileges } = defaults;
  let cgroups: SecurityOptions['cgroups'] = 'default';
  for (const option of hostConfig.SecurityOpt ?? []) {
    const [key, value] = split(option);
    if (key === 'no-new-privileges') noNewPrivileges = parseFlag(option, value);
    else if (key === 'writable-cgroups')
      cgroups = parseFlag(option, value) ? 'writable' : 'read-only';
    else if (key === 'seccomp' && value !== undefined) seccomp = parseSeccomp(value);
    else if (!(key === 'apparmor' && value === 'unconfined') && !isUnlabelled(option)) {
      if (!namesOfDocker.includes(key)) throw invalid(option, value === undefined ? 1 : 2);
      throw new BerthError('UNSUPPORTED_FIELD', {
        message: `HostConfig.SecurityOpt has "${option}", which berth does not carry out yet`,
        remedy:
          'Berth knows "no-new-privileges", "seccomp=...", "writable-cgroups", "apparmor=unconfined" and "label=disable".',
        details: { field: 'HostConfig.SecurityOpt', value: option },
      });
    }
  }
  return { noNewPrivileges, seccomp, cgroups };
}

/** Docker takes the value alone, too. */
function isUnlabelled(option: string): boolean {
  return ['label=disable', 'label:disable', 'disable'].includes(option);
}
