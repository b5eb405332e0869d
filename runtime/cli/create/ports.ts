import { optionError } from './option-error.ts';

/** Ports as the API wants them: `ExposedPorts` and `HostConfig.PortBindings`, by `80/tcp`. */
export interface PortRequest {
  readonly exposed: Readonly<Record<string, object>>;
  readonly bindings: Readonly<
    Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[]>
  >;
}

const range = String.raw`(\d{1,5}(?:-\d{1,5})?)`;
const address = String.raw`(\d+(?:\.\d+){3}|\[[0-9a-fA-F:.]+\])`;
const publishForm = new RegExp(`^(?:(?:${address}:)?${range}?:)?${range}(?:/(tcp|udp|sctp))?$`);
const exposeForm = new RegExp(`^${range}(?:/(tcp|udp|sctp))?$`);

/**
 * Reads `-p` options: `[address:][port of the host:]port of the container[/protocol]`. Without a port of the host the
 * daemon chooses one. A range of ports is each of them, to the same number of ports of the host; to a range for one port the daemon
 * chooses.
 *
 * @throws OPTION_INVALID
 */
export function parsePorts(values: readonly string[]): PortRequest {
  const exposed: Record<string, object> = {};
  const bindings: Record<string, { HostIp: string; HostPort: string }[]> = {};
  for (const value of values) {
    const [, host = '', hostRange = '', portRange = '', protocol = 'tcp'] =
      publishForm.exec(value) ?? [];
    const [ports, hostPorts] = [parseRange(portRange), parseRange(hostRange)];
    const fits = ports?.length === 1 || hostRange === '' || ports?.length === hostPorts?.length;
    if (ports === undefined || ports[0] === 0 || (hostRange !== '' && !hostPorts) || !fits) {
      throw optionError('--publish', value, {
        wanted:
          '[address:][port:]port[/protocol], or ranges such as 8000-8010 of the same length on both sides',
        example: '8080:80',
      });
    }
    for (const [at, port] of ports.entries()) {
      const name = `${port}/${protocol}`;
      exposed[name] = {};
      const HostPort = ports.length === 1 ? hostRange : String(hostPorts?.[at] ?? '');
      (bindings[name] ??= []).push({ HostIp: host.replace(/[[\]]/g, ''), HostPort });
    }
  }
  return { exposed, bindings };
}

/**
 * Reads `--expose` options: a port, or a range of them, `[/protocol]`.
 *
 * @throws OPTION_INVALID
 */
export function parseExposed(values: readonly string[]): Readonly<Record<string, object>> {
  const names = values.flatMap((value) => {
    const [, portRange = '', protocol = 'tcp'] = exposeForm.exec(value) ?? [];
    const ports = parseRange(portRange);
    if (ports === undefined || ports[0] === 0) {
      throw optionError('--expose', value, {
        wanted: 'port[-port][/protocol]',
        example: '8000-8010/udp',
      });
    }
    return ports.map((port) => `${port}/${protocol}`);
  });
  return Object.fromEntries(names.map((name) => [name, {}]));
}

/** The ports from `8000-8010`, or the one; `undefined` for what is none. */
function parseRange(text: string): readonly number[] | undefined {
  const [first = '', last = first] = text.split('-');
  const [from, to] = [Number(first), Number(last)];
  if (first === '' || from > to || to > 65_535) return undefined;
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
}
