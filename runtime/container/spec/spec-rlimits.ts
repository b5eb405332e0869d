import { BerthError } from '../../errors/berth-error.ts';
import { rlimitTypes } from '../../spec/process.ts';
import type { Rlimit } from '../../spec/process.ts';
import type { HostConfig } from '../model/host-config.ts';

const unlimited = 0xffff_ffff_ffff_ffffn;

function toLimit(value: number): bigint {
  return value < 0 ? unlimited : BigInt(value);
}

/**
 * `HostConfig.Ulimits` as the specification has them; -1 is unlimited.
 *
 * @throws CONTAINER_CONFIG_INVALID
 */
export function specRlimits(hostConfig: Pick<HostConfig, 'Ulimits'>): readonly Rlimit[] {
  return (hostConfig.Ulimits ?? []).map((ulimit) => {
    const type = rlimitTypes.find((name) => name === `RLIMIT_${ulimit.Name.toUpperCase()}`);
    const soft = toLimit(ulimit.Soft);
    const hard = toLimit(ulimit.Hard);
    if (type !== undefined && soft <= hard) return { type, soft, hard };
    const why =
      type === undefined
        ? `invalid ulimit type: ${ulimit.Name}`
        : `ulimit soft limit must be less than or equal to hard limit: ${ulimit.Soft} > ${ulimit.Hard}`;
    throw new BerthError('CONTAINER_CONFIG_INVALID', {
      message: why,
      remedy: 'Correct HostConfig.Ulimits; names are those of ulimit(1), such as "nofile".',
      details: { field: 'HostConfig.Ulimits', value: ulimit.Name },
    });
  });
}
