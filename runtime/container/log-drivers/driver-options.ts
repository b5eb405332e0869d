import { messageOf } from '../../errors/berth-error.ts';
import { goRegExp } from './go-regexp.ts';
import { parseBoolean, parseInteger } from './go-values.ts';
import { syslogProblem, syslogOptions } from './syslog/syslog-options.ts';
import { attributeOptions } from './extra-attributes.ts';
import { tagProblem } from './log-tag.ts';
import { parseSize } from './size-text.ts';

type Options = Readonly<Record<string, string>>;

/** A driver, and the options it takes besides those of all. */
interface Driver {
  readonly options: readonly string[];
  /** Docker's words for an option that it does not have. */
  readonly unknown: (option: string) => string;
  /** What is wrong with the values; `undefined` when nothing is. */
  readonly problem?: (options: Options) => string | undefined;
}

const rotationOptions = ['max-size', 'max-file', 'compress'];
const cacheOptions = ['cache-disabled', 'cache-max-size', 'cache-max-file', 'cache-compress'];
/** Of all drivers but "none". */
const commonOptions = ['mode', 'max-buffer-size', ...cacheOptions];

const named =
  (driver: string) =>
  (option: string): string =>
    `unknown log opt '${option}' for ${driver} log driver`;

const drivers: Readonly<Record<string, Driver>> = {
  'json-file': {
    options: [...rotationOptions, ...attributeOptions],
    unknown: named('json-file'),
    problem: jsonFileProblem,
  },
  local: {
    options: rotationOptions,
    unknown: (option) => `unknown log opt '${option}' for log driver local`,
    problem: localProblem,
  },
  journald: { options: attributeOptions, unknown: named('journald') },
  syslog: {
    options: [...syslogOptions, ...attributeOptions],
    unknown: named('syslog'),
    problem: syslogProblem,
  },
};

/** The drivers that there are, as `docker info` lists them. */
export const driverNames: readonly string[] = [...Object.keys(drivers), 'none'].sort();

/**
 * What is wrong with a log configuration, in Docker's words; `undefined` when nothing is. Of json-file, Docker says what is wrong with a
 * value only at the start.
 */
export function logConfigProblem(driver: string, options: Options): string | undefined {
  if (driver === 'none') return undefined;
  const known = Object.hasOwn(drivers, driver) ? drivers[driver] : undefined;
  return (
    commonProblem(options) ??
    (known === undefined
      ? `error looking up logging plugin ${driver}: plugin "${driver}" not found`
      : (unknownOption(known, options) ??
        known.problem?.(options) ??
        cacheProblem(options) ??
        attributesProblem(options)))
  );
}

function commonProblem(options: Options): string | undefined {
  const { mode = '' } = options;
  if (!['', 'blocking', 'non-blocking'].includes(mode))
    return `logger: logging mode not supported: ${mode}`;
  const size = options['max-buffer-size'];
  if (size !== undefined) {
    if (mode !== 'non-blocking')
      return "logger: max-buffer-size option is only supported with 'mode=non-blocking'";
    const bytes = parseSize(size, 1024);
    if ('problem' in bytes) return `error parsing option max-buffer-size: ${bytes.problem}`;
  }
  const disabled = options['cache-disabled'] ?? '';
  return disabled === '' || 'value' in parseBoolean(disabled)
    ? undefined
    : `invalid value for option cache-disabled: ${disabled}`;
}

function unknownOption(driver: Driver, options: Options): string | undefined {
  const option = Object.keys(options).find(
    (name) => !driver.options.includes(name) && !commonOptions.includes(name),
  );
  return option === undefined ? undefined : driver.unknown(option);
}

function jsonFileProblem(options: Options): string | undefined {
  const size = options['max-size'];
  if (size !== undefined) {
    const bytes = parseSize(size, 1000);
    if ('problem' in bytes) return bytes.problem;
    if (bytes.value <= 0) return 'max-size must be a positive number';
  }
  const files = parseInteger(options['max-file'] ?? '1');
  if ('problem' in files) return files.problem;
  if (files.value < 1) return 'max-file cannot be less than 1';
  const compress = parseBoolean(options['compress'] ?? 'false');
  if ('problem' in compress) return compress.problem;
  return compress.value && (files.value === 1 || size === undefined)
    ? 'compress cannot be true when max-file is less than 2 or max-size is not set'
    : undefined;
}

/** @param prefix of the options that are the cache's */
function localProblem(options: Options, prefix = ''): string | undefined {
  const size = options[`${prefix}max-size`];
  const bytes = size === undefined ? undefined : parseSize(size, 1000);
  if (bytes !== undefined && 'problem' in bytes)
    return `invalid value for max-size: ${size ?? ''}: ${bytes.problem}`;
  const files = options[`${prefix}max-file`] ?? '5';
  const count = parseInteger(files);
  if ('problem' in count) return `invalid value for max-file: ${files}: ${count.problem}`;
  const compress = parseBoolean(options[`${prefix}compress`] ?? 'true');
  if ('problem' in compress) return `error reading compress log option: ${compress.problem}`;
  if (count.value < 0) return 'max file count cannot be less than 0';
  return compress.value && count.value <= 1
    ? 'compression cannot be enabled when max file count is 1'
    : undefined;
}

function cacheProblem(options: Options): string | undefined {
  const problem = localProblem(options, 'cache-');
  return problem && `error initializing local log cache driver: ${problem}`;
}

function attributesProblem(options: Options): string | undefined {
  for (const name of ['labels-regex', 'env-regex']) {
    try {
      goRegExp(options[name] ?? '');
    } catch (error) {
      return `error parsing regexp: ${messageOf(error)}`;
    }
  }
  return tagProblem(options['tag'] ?? '');
}
