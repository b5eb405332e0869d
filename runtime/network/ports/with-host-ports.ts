import { BerthError, isBerthError } from '../../errors/berth-error.ts';
import type { HostPorts, PublishedPort } from './host-ports.ts';
import type { PortGroup } from './port-groups.ts';
import { findPortHolder } from './port-holder.ts';

/** Ports that a container is to get. */
export interface PortRequest {
  /** The container's name. */
  readonly owner: string;
  readonly groups: readonly PortGroup[];
  /** Of the container, for errors. */
  readonly addresses: { readonly 4?: string | undefined; readonly 6?: string | undefined };
}

/** How often ports are chosen that then turn out to be another process', as in Docker. */
const maxAttempts = 10;

/** What the kernel says to bind(2), in Docker's words. */
const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'address already in use',
  EADDRNOTAVAIL: 'cannot assign requested address',
  EACCES: 'permission denied',
};

/**
 * Takes ports and uses them. When one of them turns out to be another process' and any other would do as well, others are taken and
 * used instead, ten times at most. After an error none is taken.
 *
 * @param use binds the ports; it throws HOST_PORT_UNAVAILABLE with `protocol`, `address`, `port` and `errno` in its details before it
 *   has done anything that it does not undo
 * @throws PORT_ALLOCATED, PORTS_EXHAUSTED, HOST_PORT_UNAVAILABLE in Docker's words and with the process that has the port, and what
 *   `use` throws
 */
export async function withHostPorts<T>(
  hostPorts: HostPorts,
  request: PortRequest,
  use: (ports: readonly PublishedPort[]) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const ports = hostPorts.take(request.owner, request.groups);
    try {
      return await use(ports);
    } catch (error) {
      hostPorts.release(ports);
      if (!isBerthError(error, 'HOST_PORT_UNAVAILABLE')) throw error;
      const failed = ports.find((port) => isSame(port, error));
      if (failed === undefined) throw error;
      if (attempt === maxAttempts || isCertain(failed, request.groups))
        throw await explained(error, failed, request);
    }
  }
}

function isSame(
  { protocol, hostAddress, hostPort }: PublishedPort,
  { details }: BerthError,
): boolean {
  return (
    details['protocol'] === protocol &&
    details['address'] === hostAddress &&
    details['port'] === hostPort
  );
}

/** Whether no other port of the host would have done. */
function isCertain(
  { protocol, port, hostPort }: PublishedPort,
  groups: readonly PortGroup[],
): boolean {
  return groups.some(
    (group) =>
      group.protocol === protocol &&
      group.port === port &&
      group.hostPorts?.first === hostPort &&
      group.hostPorts.last === hostPort,
  );
}

/** The error in Docker's words, and who has the port as far as that can be found out. */
async function explained(
  error: BerthError,
  failed: PublishedPort,
  { addresses, groups }: PortRequest,
): Promise<BerthError> {
  const { protocol, port, hostAddress, hostPort, containerFamily } = failed;
  const errno = String(error.details['errno']);
  const address = hostAddress;
  const holder =
    errno === 'EADDRINUSE'
      ? await findPortHolder({ protocol, address, port: hostPort })
      : undefined;
  const from = `${inBrackets(hostAddress)}:${hostPort}`;
  const to = `${inBrackets(addresses[containerFamily] ?? '')}:${port}/${protocol}`;
  const which = isCertain(failed, groups) ? 'host port' : `host port ${hostPort}`;
  const by = holder ? ` (by process ${holder.pid}, "${holder.name}")` : '';
  return new BerthError('HOST_PORT_UNAVAILABLE', {
    message: `failed to bind ${which} for ${from}:${to}: ${reasons[errno] ?? errno}${by}`,
    remedy: holder
      ? `Process ${holder.pid} ("${holder.name}") has it: stop that one, or publish another port.`
      : (error.remedy ?? 'Publish another port.'),
    details: { ...error.details, ...(holder && { holder }) },
    cause: error,
  });
}

function inBrackets(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}
