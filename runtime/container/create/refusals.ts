import { BerthError } from '../../errors/berth-error.ts';
import type { CreateRequest } from '../model/create-request.ts';
import { runtimeNames } from './runtime-names.ts';

/** A field that berth cannot carry out, unless it has a value that asks for nothing. */
interface Refusal {
  /** Such as `HostConfig.Cgroup`. */
  readonly field: string;
  /** The value when it asks for something that berth does not do. */
  readonly asked: (request: CreateRequest) => unknown;
  /** Docker's words for it, where Docker would not take it either. */
  readonly words?: (value: unknown) => string;
  /** What to do instead. */
  readonly remedy: string;
}

/** The value, unless it is what Docker's clients send when nobody asked for anything. */
function unlessEmpty(value: unknown): unknown {
  if (value === null || value === undefined || value === '' || value === 0 || value === false) {
    return undefined;
  }
  if (Array.isArray(value)) return value.length === 0 ? undefined : value;
  return typeof value === 'object' && Object.keys(value).length === 0 ? undefined : value;
}

function unlessOneOf(value: string, accepted: readonly string[]): string | undefined {
  return accepted.includes(value) ? undefined : value;
}

const later = 'Leave it out: berth does not have it yet.';
const otherSystem = 'Leave it out: it is for Windows containers.';

type HostField = keyof CreateRequest['hostConfig'];

/** A `HostConfig` field that may only be empty. */
function emptyHost(field: HostField, remedy: string): Refusal {
  return {
    field: `HostConfig.${field}`,
    asked: (request) => unlessEmpty(request.hostConfig[field]),
    remedy,
  };
}

/** Fields of `HostConfig` that are one word. */
type WordField = {
  [Field in HostField]: CreateRequest['hostConfig'][Field] extends string ? Field : never;
}[HostField];

/** A `HostConfig` field that may only have one of some values. */
function hostWord(field: WordField, accepted: readonly string[], remedy: string): Refusal {
  return {
    field: `HostConfig.${field}`,
    asked: ({ hostConfig }) => unlessOneOf(hostConfig[field], ['', ...accepted]),
    remedy,
  };
}

/**
 * All that the Docker Engine API can ask for and berth cannot do yet. Whoever builds one of these takes its line away;
 * nothing is ever ignored silently.
 */
const refusals: readonly Refusal[] = [
  hostWord('UsernsMode', ['host'], later),
  emptyHost('Cgroup', later),
  emptyHost('StorageOpt', later),
  {
    ...hostWord('Runtime', runtimeNames, 'Berth is its own runtime: leave it out.'),
    words: (value) => `unknown or invalid runtime name: ${String(value)}`,
  },
  {
    ...hostWord('Isolation', ['default'], otherSystem),
    words: (value) => `invalid isolation '${String(value)}' on linux`,
  },
  emptyHost('DeviceRequests', 'Leave it out: berth has no GPU support yet.'),
  emptyHost('KernelMemory', 'Leave it out: Linux has given it up.'),
  emptyHost('KernelMemoryTCP', 'Leave it out: Linux has given it up.'),
  emptyHost('CpuCount', otherSystem),
  emptyHost('CpuPercent', otherSystem),
  emptyHost('IOMaximumIOps', otherSystem),
  emptyHost('IOMaximumBandwidth', otherSystem),
];

/**
 * Refuses what berth cannot carry out.
 *
 * @throws UNSUPPORTED_FIELD it names the field, and its value
 */
export function refuseUnsupported(request: CreateRequest): void {
  for (const { field, asked, words, remedy } of refusals) {
    const value = asked(request);
    if (value === undefined) continue;
    throw new BerthError('UNSUPPORTED_FIELD', {
      message:
        words?.(value) ??
        `${field} is ${JSON.stringify(value)}, which berth does not carry out yet`,
      remedy,
      details: { field, value },
    });
  }
}
