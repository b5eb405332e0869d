import { messageOf } from '../../errors/berth-error.ts';
import { goRegExp } from './go-regexp.ts';
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
    options: [...rotationOptions, ...attributeOptions],
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
      ? `logger: no log driver named '${driver}' is registered`
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
    if (parseSize(size, 1024) === undefined)
      return `error parsing option max-buffer-size: invalid size: '${size}'`;
  }
  const disabled = options['cache-disabled'] ?? '';
  return disabled === '' || parseBoolean(disabled) !== undefined
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
  const files = wholeNumber(options['max-file'] ?? '1');
  if (size !== undefined) {
    const bytes = parseSize(size, 1000);
    if (bytes === undefined) return `invalid size: '${size}'`;
    if (bytes <= 0) return 'max-size must be a positive number';
  }
  if (files === undefined) return `invalid value for max-file: ${options['max-file'] ?? ''}`;
  if (files < 1) return 'max-file cannot be less than 1';
  const compress = parseBoolean(options['compress'] ?? 'false');
  if (compress === undefined)
    return `invalid boolean value for compress: ${options['compress'] ?? ''}`;
  return compress && (files === 1 || size === undefined)
    ? 'compress cannot be true when max-file is less than 2 or max-size is not set'
    : undefined;
}

function localProblem(options: Options, prefix = ''): string | undefined {
  const size = options[`${prefix}max-size`];
  const files = options[`${prefix}max-file`];
  const compress = options[`${prefix}compress`];
  if (size !== undefined && parseSize(size, 1000) === undefined)
    return `invalid value for ${prefix}max-size: ${size}: invalid size: '${size}'`;
  const count = wholeNumber(files ?? '5');
  if (count === undefined) return `invalid value for ${prefix}max-file: ${files ?? ''}`;
  if (count < 0) return `${prefix}max-file must not be negative`;
  const compresses = parseBoolean(compress ?? 'true');
  if (compresses === undefined)
    return `invalid boolean value for ${prefix}compress: ${compress ?? ''}`;
  return compresses && count <= 1
    ? 'compression cannot be enabled when max file count is 1'
    : undefined;
}

function cacheProblem(options: Options): string | undefined {
  return localProblem(options, 'cache-');
}

function attributesProblem(options: Options): string | undefined {
  for (const name of ['labels-regex', 'env-regex']) {
    try {
      goRegExp(options[name] ?? '');
    } catch (error) {
      return `error parsing regexp: ${messageOf(error)}`;
    }
  }
  const problem = tagProblem(options['tag'] ?? '');
  return problem === undefined ? undefined : `template: log-tag: ${problem}`;
}

/** As Go's strconv.ParseBool. */
export function parseBoolean(text: string): boolean | undefined {
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text)) return true;
  return ['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(text) ? false : undefined;
}

function wholeNumber(text: string): number | undefined {
  return /^[+-]?\d{1,9}$/.test(text) ? Number(text) : undefined;
}
