import type { PortRow } from '../client/containers.ts';

/** Ports that follow each other, of one protocol and, when they are published, one address of the host with the same numbers. */
interface PortRange {
  readonly hostAddress: string;
  readonly protocol: string;
  readonly first: number;
  last: number;
}

/**
 * The ports of a container as `docker ps` has them (docker/cli 28.5, `DisplayablePorts`): ranges where the numbers of host and container
 * are the same, `0.0.0.0:8000-8002->8000-8002/tcp`, and behind them the others one by one.
 */
export function portsText(ports: readonly PortRow[]): string {
  const closed: PortRange[] = [];
  const open = new Map<string, PortRange>();
  const single: string[] = [];
  for (const port of ports.toSorted(byPort)) {
    const { hostAddress, hostPort, containerPort, protocol } = port;
    if (hostAddress !== '' && hostPort !== containerPort) {
      single.push(`${at(hostAddress, String(hostPort))}->${containerPort}/${protocol}`);
      continue;
    }
    const key = `${hostAddress}/${protocol}`;
    const range = open.get(key);
    if (range?.last === containerPort - 1) {
      range.last = containerPort;
      continue;
    }
    // The place of a key among the ranges that come last is that of its first.
    if (range !== undefined) closed.push(range);
    open.set(key, { hostAddress, protocol, first: containerPort, last: containerPort });
  }
  return [...[...closed, ...open.values()].map(rangeText), ...single].join(', ');
}

function rangeText({ hostAddress, protocol, first, last }: PortRange): string {
  const numbers = first === last ? String(first) : `${first}-${last}`;
  const published = hostAddress === '' ? '' : `${at(hostAddress, numbers)}->`;
  return `${published}${numbers}/${protocol}`;
}

function at(address: string, port: string): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}

function byPort(left: PortRow, right: PortRow): number {
  return (
    left.containerPort - right.containerPort ||
    compare(left.hostAddress, right.hostAddress) ||
    left.hostPort - right.hostPort ||
    compare(left.protocol, right.protocol)
  );
}

function compare(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
