import { optionError } from './option-error.ts';

/**
 * `HostConfig.RestartPolicy` of `--restart`: a name, and for `on-failure` how often. Which names there are is the
 * daemon's affair.
 *
 * @throws OPTION_INVALID
 */
export function parseRestartPolicy(
  value: string,
): Readonly<{ Name: string; MaximumRetryCount: number }> {
  const [name = '', count, ...more] = value.split(':');
  const isNumber = count === undefined || /^\d{1,15}$/.test(count);
  if (name === '' || !isNumber || more.length > 0) {
    throw optionError('--restart', value, {
      wanted: 'no, always, unless-stopped, on-failure or on-failure:TIMES',
      example: 'on-failure:3',
    });
  }
  return { Name: name, MaximumRetryCount: Number(count ?? 0) };
}
