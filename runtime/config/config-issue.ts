import type { z } from 'zod';
import { nearestName } from '../errors/nearest-name.ts';
import type { KeyPlaces } from './key-place.ts';
import { networkIssues } from './network-issues.ts';
import { isRefused, refusedKeys } from './refused-keys.ts';
import { daemonSchema, type ParsedConfig } from './schema.ts';

/** What is wrong with one key of a daemon.json. */
export interface ConfigIssue {
  /** Such as `hosts.0`; empty for the file as a whole. */
  readonly key: string;
  readonly wanted: string;
  /** A key that was probably meant. */
  readonly near?: string;
  /** Both count from 1; absent for what came from berthd's command line. */
  readonly line?: number;
  readonly column?: number;
}

/** A configuration that can be used, or all that is wrong with it. */
export type CheckedConfig =
  | { readonly kind: 'config'; readonly config: ParsedConfig }
  | { readonly kind: 'issues'; readonly issues: readonly ConfigIssue[] };

type Path = readonly (string | number)[];
type Place = Pick<ConfigIssue, 'line' | 'column'>;

/** Where things are; for keys of the command line, nowhere. */
export interface Places {
  readonly file: KeyPlaces;
  /** Keys that the command line has set. */
  readonly flags: ReadonlySet<string>;
}

/** Checks a configuration whose keys are those of the file and of the command line. */
export function checkConfig(value: unknown, places: Places): CheckedConfig {
  const given = isObject(value) ? value : {};
  const refused = Object.entries(refusedKeys).filter(
    ([key, rule]) => Object.hasOwn(given, key) && isRefused(rule, given[key]),
  );
  const others = Object.entries(given).filter(
    ([key, each]) => !Object.hasOwn(refusedKeys, key) && each !== null,
  );
  const result = daemonSchema.safeParse(isObject(value) ? Object.fromEntries(others) : value);
  const issues = [
    ...repetitions(places.file),
    ...refused.map(([key, { wanted }]) => ({ key, wanted, ...valuePlace([key], places) })),
    ...(result.success ? [] : result.error.issues.flatMap((issue) => issuesOf(issue, places))),
    ...(result.success ? belonging(result.data, places) : []),
  ];
  if (result.success && issues.length === 0) return { kind: 'config', config: result.data };
  return { kind: 'issues', issues: issues.toSorted(byPlace) };
}

function repetitions(file: KeyPlaces): readonly ConfigIssue[] {
  return file.repeated().map((key) => ({ key, wanted: 'once', ...file.keyAt([key]) }));
}

const knownKeys = [...Object.keys(daemonSchema.shape), ...Object.keys(refusedKeys)];

function issuesOf(issue: z.core.$ZodIssue, places: Places): readonly ConfigIssue[] {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  const key = path.join('.');
  if (issue.code !== 'unrecognized_keys' || path.length > 0) {
    return [{ key, wanted: issue.message, ...valuePlace(path, places) }];
  }
  return issue.keys.map((unknown) => {
    const near = nearestName(unknown, knownKeys);
    return {
      ...{ key: unknown, wanted: 'a key that berth knows', ...keyPlace([unknown], places) },
      ...(near === undefined ? {} : { near }),
    };
  });
}

/** What holds between keys. */
function belonging(config: ParsedConfig, places: Places): readonly ConfigIssue[] {
  return [
    ...transport(config, places),
    ...labels(config, places),
    ...ulimits(config, places),
    ...networkIssues(config).map(({ path, wanted }) => ({
      ...{ key: path.join('.'), wanted, ...valuePlace(path, places) },
    })),
  ];
}

/** The API goes over TCP to clients with certificates only: who may use it is root of this host. */
function transport(config: ParsedConfig, places: Places): readonly ConfigIssue[] {
  const { hosts, tls, tlsverify, tlscacert, tlscert, tlskey } = config;
  const files = [tlscacert, tlscert, tlskey];
  const tcp = hosts.findIndex((host) => host.startsWith('tcp://'));
  const isWhole = tlsverify === true && files.every((file) => file !== '');
  if (tcp !== -1 && !isWhole) {
    const wanted = '"tlsverify": true, "tlscacert", "tlscert" and "tlskey" beside it';
    return [{ key: `hosts.${tcp}`, wanted, ...valuePlace(['hosts', tcp], places) }];
  }
  if (tls === true && tlsverify !== true) {
    const wanted = '"tlsverify": true beside it: clients show certificates';
    return [{ key: 'tls', wanted, ...valuePlace(['tls'], places) }];
  }
  if (tlsverify === true && tcp === -1) {
    const wanted = 'an address such as "tcp://0.0.0.0:2376" among "hosts"';
    return [{ key: 'tlsverify', wanted, ...valuePlace(['tlsverify'], places) }];
  }
  return [];
}

/** As Docker: the same label twice is fine, with two values it is not. */
function labels({ labels: all }: ParsedConfig, places: Places): readonly ConfigIssue[] {
  const values = new Map<string, string>();
  return all.flatMap((label, index) => {
    const [name = ''] = label.split('=', 1);
    const before = values.get(name);
    values.set(name, label);
    if (before === undefined || before === label) return [];
    const wanted = 'one value for each name';
    return [{ key: `labels.${index}`, wanted, ...valuePlace(['labels', index], places) }];
  });
}

function ulimits(config: ParsedConfig, places: Places): readonly ConfigIssue[] {
  return Object.entries(config['default-ulimits'])
    .filter(([key, { Name }]) => key !== Name)
    .map(([key]) => ({
      key: `default-ulimits.${key}.Name`,
      wanted: 'the name that the limit stands below',
      ...valuePlace(['default-ulimits', key, 'Name'], places),
    }));
}

function valuePlace(path: Path, { file, flags }: Places): Place {
  return flags.has(String(path[0])) ? {} : file.valueAt(path);
}

function keyPlace(path: Path, { file, flags }: Places): Place {
  return flags.has(String(path[0])) ? {} : file.keyAt(path);
}

function byPlace(a: ConfigIssue, b: ConfigIssue): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
