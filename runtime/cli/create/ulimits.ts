import { optionError } from './option-error.ts';

/** A resource limit as `HostConfig.Ulimits` wants it; -1 is unlimited. */
export interface UlimitRequest {
  readonly Name: string;
  readonly Soft: number;
  readonly Hard: number;
}

/**
 * Reads a `--ulimit`: `name=soft[:hard]`; the hard limit is the soft one when left out.
 *
 * @throws OPTION_INVALID
 */
export function parseUlimit(value: string): UlimitRequest {
  const match = /^([a-z]+)=(-1|\d+|unlimited)(?::(-1|\d+|unlimited))?$/.exec(value);
  const [, name, soft, hard] = match ?? [];
  if (name === undefined || soft === undefined) {
    throw optionError('--ulimit', value, {
      wanted: 'name=soft or name=soft:hard',
      example: 'nofile=1024:2048',
    });
  }
  const limit = (text: string): number => (text === 'unlimited' ? -1 : Number(text));
  const limits = { Name: name, Soft: limit(soft), Hard: limit(hard ?? soft) };
  if (limits.Hard !== -1 && (limits.Soft === -1 || limits.Soft > limits.Hard)) {
    throw optionError('--ulimit', value, {
      wanted: 'a soft limit below the hard one',
      example: 'nofile=1024:2048',
    });
  }
  return limits;
}
