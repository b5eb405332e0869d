import { BerthError } from '../../errors/berth-error.ts';

/** Transport protocols whose ports can be published. */
export type PortProtocol = 'tcp' | 'udp' | 'sctp';

const protocols: readonly string[] = ['tcp', 'udp', 'sctp'] satisfies readonly PortProtocol[];

/** Ports from `first` to `last`, both included; 1 to 65535. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** A port of a container. */
export interface ContainerPort {
  readonly protocol: PortProtocol;
  /** 1 to 65535. */
  readonly port: number;
}

const maxPort = 65_535;

/**
 * Reads a key of `ExposedPorts` and `PortBindings`: `80`, `80/tcp`, `53/UDP`. Of a range of ports a client makes a key for each.
 * @throws PORT_SPEC_INVALID in Docker's words
 */
export function parseContainerPort(text: string): ContainerPort {
  const [digits = '', word = ''] = text.split('/');
  const port = parsePort(digits);
  if (port === undefined || port === 0) throw invalidPort(digits);
  const protocol = word === '' ? 'tcp' : word.toLowerCase();
  if (!isProtocol(protocol)) throw invalidSpec(`invalid proto: ${word}`, word);
  return { protocol, port };
}

/**
 * Reads `HostPort` of a binding: a port, or a range of which any will do, as `8000-8010`; `undefined` for any port at all, which
 * is an empty text or `0`. Docker allows a protocol behind it, which changes nothing.
 * @throws PORT_SPEC_INVALID in Docker's words
 */
export function parseHostPorts(text: string): PortRange | undefined {
  const [range = ''] = text.split('/');
  if (range === '') return undefined;
  const [, from = '', to = from] = /^(\d+)(?:-(\d+))?$/.exec(range) ?? [];
  const [first, last] = [parsePort(from), parsePort(to)];
  if (first === undefined || last === undefined || last < first) throw invalidPort(text);
  if (last === 0) return undefined;
  if (first === 0) throw invalidSpec(`invalid port range: ${first}-${last}`, text);
  return { first, last };
}

/** What is not a number of a port is `undefined`; 0 is one. */
function parsePort(text: string): number | undefined {
  return /^\d+$/.test(text) && Number(text) <= maxPort ? Number(text) : undefined;
}

function isProtocol(word: string): word is PortProtocol {
  return protocols.includes(word);
}

function invalidPort(text: string): BerthError {
  return invalidSpec(`invalid port specification: "${text}"`, text);
}

/** PORT_SPEC_INVALID. */
export function invalidSpec(message: string, value: string): BerthError {
  return new BerthError('PORT_SPEC_INVALID', {
    message,
    remedy:
      'Give a port of the container such as "80/tcp", a port of the host such as "8080", "8000-8010" or "", and an address of the host or "".',
    details: { value },
  });
}
