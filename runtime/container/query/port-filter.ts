import { BerthError } from '../../errors/berth-error.ts';
import type { Container } from '../lifecycle/container.ts';
import { isLive } from '../model/container-state.ts';
import type { Filters } from './filters.ts';

/** The highest port number (tcp(7)). */
const maxPort = 65_535;
const protocols = ['tcp', 'udp', 'sctp'];

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
  const match = /^(\d{1,5})(?:-(\d{1,5}))?(?:\/(\w+))?$/.exec(value);
  const [start, end] = [Number(match?.[1]), Number(match?.[2] ?? match?.[1])];
  const protocol = match?.[3]?.toLowerCase() ?? 'tcp';
  if (match === null || end > maxPort || end < start || !protocols.includes(protocol))
    throw refused(`error while looking up for ${key} ${value}: invalid port or protocol`);
  return Array.from({ length: end - start + 1 }, (_, i) => `${start + i}/${protocol}`);
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
