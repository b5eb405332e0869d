import type { ContainerEngine } from '../../container/engine.ts';
import { type Filters, matchesLabels, matchesPattern } from '../../container/query/filters.ts';
import { BerthError } from '../../errors/berth-error.ts';
import type { Network } from '../../network/lifecycle/network.ts';
import { isPredefined } from '../../network/model/network-record.ts';

/**
 * Which networks a list is to have, as moby 28.5.2 has it (daemon/network/filter.go): a filter without values asks for nothing,
 * except `type`, which nothing is then of.
 * @throws FILTER_INVALID in Docker's words
 */
export function networkTest(
  filters: Filters,
  networks: ContainerEngine['networks'],
): (network: Network) => boolean {
  const valuesOf = (key: string): readonly string[] | undefined => {
    const values = filters.get(key) ?? [];
    return values.length === 0 ? undefined : values;
  };
  const isOneOf = (key: string, value: string): boolean => valuesOf(key)?.includes(value) ?? true;
  const fits = (key: string, text: string): boolean => {
    const patterns = valuesOf(key);
    return patterns === undefined || matchesPattern(key, patterns, [text]);
  };
  const dangling = danglingFilter(valuesOf('dangling'));
  const types = typeFilter(filters.get('type'));
  return (network) => {
    const { name, id, record } = network;
    const isUsed = isPredefined(name) || networks.endpointsOf(network).length > 0;
    return (
      isOneOf('driver', record.driver) &&
      isOneOf('scope', 'local') &&
      (types?.includes(isPredefined(name) ? 'builtin' : 'custom') ?? true) &&
      fits('name', name) &&
      fits('id', id) &&
      matchesLabels(filters.get('label') ?? [], record.labels) &&
      (dangling === undefined || isUsed !== dangling)
    );
  };
}

const danglingValues: Readonly<Record<string, boolean>> = {
  '0': false,
  '1': true,
  false: false,
  true: true,
};

function danglingFilter(values: readonly string[] | undefined): boolean | undefined {
  if (values === undefined) return undefined;
  const [value = ''] = values;
  if (values.length > 1)
    throw refused('dangling', values, 'got more than one value for filter key "dangling"');
  if (Object.hasOwn(danglingValues, value)) return danglingValues[value];
  const wanted = 'must be "true" (or "1"), or "false" (or "0")';
  throw refused('dangling', values, `invalid value for filter 'dangling', ${wanted}`);
}

function typeFilter(types: readonly string[] | undefined): readonly string[] | undefined {
  const wrong = types?.find((type) => type !== 'custom' && type !== 'builtin');
  if (wrong === undefined) return types;
  throw refused('type', wrong, `invalid filter: 'type'='${wrong}'`);
}

function refused(filter: string, value: unknown, message: string): BerthError {
  const remedy =
    filter === 'type' ? 'Give "custom" or "builtin".' : 'Give "true" or "false", once.';
  return new BerthError('FILTER_INVALID', { message, remedy, details: { filter, value } });
}
