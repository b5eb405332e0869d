import { parseAddress } from '../address/ip-address.ts';
import { removeDefaultRoute, setDefaultRoute } from '../bridge/default-routes.ts';
import { setInterfaceSysctl } from '../bridge/interface-sysctl.ts';
import type { Network } from '../lifecycle/network.ts';
import { type Endpoint, familyOf, gatewayEndpoints } from '../model/sandbox-record.ts';
import { enterNamespace } from '../namespaces/network-namespace.ts';
import { NetlinkSocket } from '../netlink/netlink-socket.ts';
import type { Program, Ref } from '../../syscall/program.ts';
import { ProgramBuilder } from '../../syscall/program-builder.ts';
import { sysctlsKey } from './endpoint-request.ts';

/** What of a sandbox changes. */
export interface SandboxChange {
  readonly namespace: string;
  readonly before: readonly Endpoint[];
  readonly after: readonly Endpoint[];
  /** The networks of the endpoints that are new. */
  readonly networkOf: (endpoint: Endpoint) => Network;
}

/**
 * The program that gives a container all the interfaces that are new, takes from it those that are no more, and sets its default
 * routes.
 */
export function changeProgram(change: SandboxChange): Program {
  const { namespace, before, after, networkOf } = change;
  const p = new ProgramBuilder('connect a container');
  const host = NetlinkSocket.open(p);
  const gone = before.filter((endpoint) => !isIn(after, endpoint));
  enterNamespace(p, namespace);
  const sockets = { host, container: NetlinkSocket.open(p) };
  const indexes = new Map<Endpoint, Ref>();
  for (const endpoint of after) {
    if (isIn(before, endpoint)) continue;
    const { driver, record } = networkOf(endpoint);
    indexes.set(endpoint, driver.connect(p, sockets, record, endpoint));
    setEndpointSysctls(p, endpoint);
  }
  for (const family of [4, 6] as const) {
    const [old, next] = [gatewayEndpoints(before)[family], gatewayEndpoints(after)[family]];
    if (next !== undefined) {
      if (old?.id !== next.id) setRoute(sockets.container, next, family, indexes.get(next));
    } else if (old !== undefined && isIn(after, old)) {
      removeDefaultRoute(sockets.container, routeOf(old, family));
    }
  }
  // Last: when something before does not work, nothing has been taken away.
  for (const endpoint of gone) {
    const { driver, record } = networkOf(endpoint);
    driver.disconnectInside?.(sockets.container, endpoint);
    driver.disconnect(host, record, endpoint);
  }
  return p;
}

function isIn(endpoints: readonly Endpoint[], { id }: Endpoint): boolean {
  return endpoints.some((endpoint) => endpoint.id === id);
}

function setRoute(
  container: NetlinkSocket,
  endpoint: Endpoint,
  family: 4 | 6,
  index: Ref | undefined,
): void {
  setDefaultRoute(container, { ...routeOf(endpoint, family), index });
}

function routeOf(
  { interfaceName, gateways }: Endpoint,
  family: 4 | 6,
): Parameters<typeof setDefaultRoute>[1] {
  const gateway = gateways.find((text) => familyOf(text) === family);
  const to = gateway === undefined ? undefined : parseAddress(gateway);
  return { name: interfaceName, to: to ?? { family } };
}

/** Settings of the interface that the client gave with the endpoint. */
function setEndpointSysctls(p: ProgramBuilder, { interfaceName, options }: Endpoint): void {
  for (const item of (options[sysctlsKey] ?? '').split(',')) {
    const [, family, key, value] =
      /^net\.ipv([46])\.conf\.ifname\.([^.=]+)=(.*)$/i.exec(item) ?? [];
    if (family === undefined || key === undefined || value === undefined) continue;
    setInterfaceSysctl(p, { family: family === '4' ? 4 : 6, name: interfaceName, key, value });
  }
}
