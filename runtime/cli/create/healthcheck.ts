import { parseDuration } from './durations.ts';
import { optionError } from './option-error.ts';
import type { RunOptions } from './run-options.ts';
import { parseInteger } from './sizes.ts';

const times = [
  ['Interval', 'healthInterval', '--health-interval'],
  ['Timeout', 'healthTimeout', '--health-timeout'],
  ['StartPeriod', 'healthStartPeriod', '--health-start-period'],
  ['StartInterval', 'healthStartInterval', '--health-start-interval'],
] as const;

/**
 * `Healthcheck` of the `--health-*` flags: what is left out comes from the image. `undefined` when none was given.
 *
 * @throws OPTION_INVALID
 */
export function healthcheck(options: RunOptions): Readonly<Record<string, unknown>> | undefined {
  const fields: Record<string, unknown> = {};
  if (options.healthCmd !== undefined && options.healthCmd !== '')
    fields['Test'] = ['CMD-SHELL', options.healthCmd];
  for (const [field, key, option] of times) {
    const value = options[key];
    if (value !== undefined) fields[field] = parseDuration(option, value);
  }
  const { healthRetries } = options;
  if (healthRetries !== undefined)
    fields['Retries'] = parseInteger('--health-retries', healthRetries);
  const given = Object.keys(fields).length > 0;
  if (options.healthcheck !== false) return given ? fields : undefined;
  if (!given) return { Test: ['NONE'] };
  throw optionError('--no-healthcheck', 'set', {
    wanted: 'either it or the --health-* options',
    example: 'alone',
  });
}
