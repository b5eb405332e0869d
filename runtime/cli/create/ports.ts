import { isIP } from '../../host/ip-address.ts';
import type { BerthError } from '../../errors/berth-error.ts';
import { optionError } from './option-error.ts';

/** Ports as the API wants them: `ExposedPorts` and `HostConfig.PortBindings`, by `80/tcp`. */
export interface PortRequest {
  readonly exposed: Readonly<Record<string, object>>;
  readonly bindings: Readonly<
    Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[]>
  >;
}

const isPort = (text: string): boolean => /^\d{1,5}$/.test(text) && Number(text) <= 65_535;

/** What an item of `-p` says. */
interface Publication {
  readonly address: string;
  /** A port, a range of them, or empty: the daemon chooses one. */
  readonly host: string;
  readonly container: string;
  readonly protocol: string;
}

/**
 * Reads `-p` options: `[address:][port of the host:]port of the container[/protocol]`, with ranges of ports (`8000-8002:80-82`; of the
 * host alone: the daemon chooses one of them), or `target=80,published=8080,protocol=tcp`.
 *
 * @throws OPTION_INVALID
 */
export function parsePorts(values: readonly string[]): PortRequest {
  const exposed: Record<string, object> = {};
  const bindings: Record<string, { HostIp: string; HostPort: string }[]> = {};
  for (const value of values) {
    const { address, host, container, protocol } = publicationOf(value);
    const inside = rangeOf(container);
    const outside = host === '' ? undefined : rangeOf(host);
    if (inside === undefined || inside[0] === 0 || (host !== '' && outside === undefined))
      throw wrongPort(value);
    const count = inside[1] - inside[0] + 1;
    const isSame = outside === undefined || outside[1] - outside[0] + 1 === count;
    if (!isSame && count > 1) throw wrongPort(value);
    for (let at = 0; at < count; at += 1) {
      const name = `${inside[0] + at}/${protocol}`;
      exposed[name] = {};
      const HostPort = outside === undefined ? '' : isSame ? `${outside[0] + at}` : host;
      (bindings[name] ??= []).push({ HostIp: address, HostPort });
    }
  }
  return { exposed, bindings };
}

function publicationOf(value: string): Publication {
  const parts = value.includes('=') ? longForm(value) : value;
  const [, address = '', host = '', container = '', protocol = 'tcp'] =
    /^(?:(?:(.+):)?([\d-]*):)?([\d-]+)(?:\/([a-z]+))?$/i.exec(parts) ?? [];
  const bare = /^\[(.*)\]$/.exec(address)?.[1] ?? address;
  const isKnown = ['tcp', 'udp', 'sctp'].includes(protocol.toLowerCase());
  if (container === '' || !isKnown || (address !== '' && isIP(bare) === 0)) throw wrongPort(value);
  return { address: bare, host, container, protocol: protocol.toLowerCase() };
}

/** As docker's client reads it: keys that it does not know say nothing. */
function longForm(value: string): string {
  const fields = value.split(',').map((field) => /^([^=]+)=(.*)$/.exec(field));
  if (fields.includes(null)) throw wrongPort(value);
  const given = Object.fromEntries(fields.map((field) => [field?.[1] ?? '', field?.[2] ?? '']));
  const { published = '', target = '', protocol = 'tcp' } = given;
  return `${published}:${target}/${protocol}`;
}

function rangeOf(text: string): readonly [number, number] | undefined {
  const [first = '', last = first, ...more] = text.split('-');
  if (!isPort(first) || !isPort(last) || more.length > 0) return undefined;
  return Number(first) > Number(last) ? undefined : [Number(first), Number(last)];
}

function wrongPort(value: string): BerthError {
  return optionError('--publish', value, {
    wanted: '[address:][port:]port[/protocol]',
    example: '8080:80',
  });
}

/**
 * Reads `--expose` options: a port, or a range of them, `[/protocol]`.
 *
 * @throws OPTION_INVALID
 */
export function parseExposed(values: readonly string[]): Readonly<Record<string, object>> {
  const ports = values.flatMap((value) => {
    const [, first = '', last = first, protocol = 'tcp'] =
      /^(\d{1,5})(?:-(\d{1,5}))?(?:\/(tcp|udp|sctp))?$/.exec(value) ?? [];
    const [from, to] = [Number(first), Number(last)];
    if (first === '' || from === 0 || from > to || !isPort(last)) {
      throw optionError('--expose', value, {
        wanted: 'port[-port][/protocol]',
        example: '8000-8010/udp',
      });
    }
    return Array.from({ length: to - from + 1 }, (_, at) => `${from + at}/${protocol}`);
  });
  return Object.fromEntries(ports.map((port) => [port, {}]));
}
