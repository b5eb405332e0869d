import { BerthError } from '../../errors/berth-error.ts';
import type { Container } from '../lifecycle/container.ts';
import { isLive } from '../model/container-state.ts';
import type { Filters } from './filters.ts';

/** The highest port number (tcp(7)). */
const maxPort = 65_535;

/**
 * What `publish` and `expose` ask for: a container passes when it has one of the ports of either. Ports are those of a
 * container that runs on a network; with loopback only, or on the host's network, it has none.
 *
 * @throws FILTER_INVALID in Docker's words
 */
export function portTests(filters: Filters): readonly ((container: Container) => boolean)[] {
  const published = portsOf(filters, 'publish');
  const exposed = portsOf(filters, 'expose');
  if (published.size + exposed.size === 0) return [];
  return [
    ({ record }) => {
      const { NetworkMode, PortBindings } = record.hostConfig;
      if (!isLive(record.state) || ['none', 'host'].includes(NetworkMode)) return false;
      const bindings = Object.entries(PortBindings ?? {});
      const open = [
        ...Object.keys(record.config.ExposedPorts ?? {}),
        ...bindings.map(([port]) => port),
      ];
      const outside = bindings.flatMap(([port, hosts]) =>
        (hosts ?? []).map(({ HostPort }) => `${HostPort}/${protocolOf(port)}`),
      );
      return (
        open.some((port) => exposed.has(withProtocol(port))) ||
        outside.some((port) => published.has(port))
      );
    },
  ];
}

/** All ports of `80`, `80/tcp` or `8000-8010/udp`, each as `80/tcp`. */
function portsOf(filters: Filters, key: 'publish' | 'expose'): ReadonlySet<string> {
  return new Set((filters.get(key) ?? []).flatMap((value) => parsePorts(key, value)));
}

function parsePorts(key: string, value: string): readonly string[] {
  if (value.includes(':')) throw refused(`filter for '${key}' should not contain ':': ${value}`);
  const [range = '', protocol = ''] = value.split('/');
  const refuse = (why: string): BerthError =>
    refused(`error while looking up for ${key} ${value}: ${why}`);
  if (range === '') throw refuse('empty string specified for ports');
  const [start = 0, end = start] = range.split('-', 2).map((text) => {
    const parsing = `strconv.ParseUint: parsing ${JSON.stringify(text)}`;
    if (!/^\d+$/.test(text)) throw refuse(`${parsing}: invalid syntax`);
    if (Number(text) > maxPort) throw refuse(`${parsing}: value out of range`);
    return Number(text);
  });
  if (end < start) throw refuse(`invalid range specified for port: ${range}`);
  return Array.from(
    { length: end - start + 1 },
    (_, i) => `${start + i}/${protocol === '' ? 'tcp' : protocol}`,
  );
}

function protocolOf(port: string): string {
  return port.split('/')[1] ?? 'tcp';
}

function withProtocol(port: string): string {
  return `${port.split('/')[0] ?? ''}/${protocolOf(port)}`;
}

function refused(message: string): BerthError {
  return new BerthError('FILTER_INVALID', {
    message,
    remedy: 'Give a port such as "80", "80/udp" or "8000-8010".',
  });
}
