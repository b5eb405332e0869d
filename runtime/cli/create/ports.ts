import { optionError } from './option-error.ts';

/** Ports as the API wants them: `ExposedPorts` and `HostConfig.PortBindings`, by `80/tcp`. */
export interface PortRequest {
  readonly exposed: Readonly<Record<string, object>>;
  readonly bindings: Readonly<
    Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[]>
  >;
}

const form = /^(?:(?:(\d+(?:\.\d+){3}|\[[0-9a-fA-F:]+\]):)?(\d*):)?(\d+)(?:\/(tcp|udp|sctp))?$/;
const isPort = (text: string): boolean => Number(text) <= 65_535;

/**
 * Reads `-p` options: `[address:][port of the host:]port of the container[/protocol]`. Without a port of the host the
 * daemon chooses one.
 *
 * @throws OPTION_INVALID
 */
export function parsePorts(values: readonly string[]): PortRequest {
  const exposed: Record<string, object> = {};
  const bindings: Record<string, { HostIp: string; HostPort: string }[]> = {};
  for (const value of values) {
    const [, address = '', hostPort = '', port = '', protocol = 'tcp'] = form.exec(value) ?? [];
    if (port === '' || port === '0' || !isPort(port) || !isPort(hostPort)) {
      throw optionError('--publish', value, {
        wanted: '[address:][port:]port[/protocol]',
        example: '8080:80',
      });
    }
    const name = `${Number(port)}/${protocol}`;
    exposed[name] = {};
    (bindings[name] ??= []).push({ HostIp: address.replace(/[[\]]/g, ''), HostPort: hostPort });
  }
  return { exposed, bindings };
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
