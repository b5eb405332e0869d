import { z } from 'zod';

const texts = z.array(z.string()).readonly();

/** What joins a container to one network, as it is now. */
export const endpointSchema = z.object({
  /** 64 hexadecimal digits. */
  id: z.string(),
  /** Id of the network. */
  network: z.string(),
  /** Name of the network. */
  networkName: z.string(),
  /** The interface in the container, such as `eth0`. */
  interfaceName: z.string(),
  /** The interface on the host that belongs to it; empty for a driver whose interfaces are in the container only. */
  portName: z.string(),
  /** `02:42:ac:12:00:02`; empty where it is that of an interface of the host. */
  macAddress: z.string(),
  /** `172.18.0.2/16`; at most one of each family. */
  addresses: texts,
  /** `169.254.8.8/16`: further ones, which no network knows of. */
  linkLocal: texts.default([]),
  /** Addresses of the network's routers; at most one of each family. */
  gateways: texts,
  /** Whether everything is at the interface itself: it then has default routes without routers. */
  onLink: z.boolean(),
  /** Names of the container in this network, the first of them its own. */
  names: texts,
  /** `GwPriority`: the highest gets the default route. */
  gatewayPriority: z.int(),
  /** Whether the network leads out of the host. */
  internal: z.boolean(),
  /** `Links`: other containers, and after a colon what this one calls them. */
  links: texts.default([]),
  /** `DriverOpts`. */
  options: z.record(z.string(), z.string()),
});

/** An endpoint; values are replaced, never changed. */
export type Endpoint = Readonly<z.infer<typeof endpointSchema>>;

const publishedPortSchema = z.object({
  protocol: z.enum(['tcp', 'udp', 'sctp']),
  /** Of the container. */
  port: z.int(),
  hostAddress: z.string(),
  /** 0: none, as the container's own address is reached. */
  hostPort: z.int(),
  /** Of the container's address that it leads to. */
  containerFamily: z.literal([4, 6]),
});

/** A container that another one may reach though containers of their network do not reach each other, and the ports there. */
const linkedSandboxSchema = z.object({
  /** Id of the container. */
  container: z.string(),
  ports: z.array(z.object({ protocol: z.enum(['tcp', 'udp', 'sctp']), port: z.int() })).readonly(),
});

/** What a sandbox knows of a linked container. */
export type LinkedSandbox = Readonly<z.infer<typeof linkedSandboxSchema>>;

/** The network side of one running container, as `RUN/networks/CONTAINER.json` keeps it: it does not outlive the host's boot. */
export const sandboxRecordSchema = z.object({
  version: z.literal(1),
  /** 64 hexadecimal digits. */
  id: z.string(),
  /** Id of the container. */
  container: z.string(),
  /** Where its network namespace is kept. */
  namespace: z.string(),
  /** Where the user namespace is kept that it was made along with; absent: its users are the host's, or another container's. */
  userNamespace: z.string().optional(),
  endpoints: z.array(endpointSchema).readonly(),
  /** There while a change is under way: ids of endpoints that are being connected or disconnected. What there is of them is not known. */
  changing: texts.optional(),
  /** Ports of the host that lead to it. */
  ports: z.array(publishedPortSchema).readonly().default([]),
  /** The containers that it is linked to; absent: none. */
  linked: z.array(linkedSandboxSchema).readonly().optional(),
  /** Whom its name server asks for what is no container's name; absent: it needs none of its own. */
  upstreams: texts.optional(),
  /** From whose network namespace these are asked; absent: the host's. */
  upstreamsFrom: z.enum(['host', 'container']).optional(),
});

/** A sandbox; values are replaced, never changed. */
export type SandboxRecord = Readonly<z.infer<typeof sandboxRecordSchema>>;

/** Endpoints in the order in which they are asked for a default route (libnetwork/sandbox.go, `Less`, of moby 28.5). */
export function byGatewayRank(left: Endpoint, right: Endpoint): number {
  return (
    right.gatewayPriority - left.gatewayPriority ||
    Number(left.internal) - Number(right.internal) ||
    familiesOut(right).length - familiesOut(left).length ||
    (left.networkName < right.networkName ? -1 : 1)
  );
}

/** The endpoints that have the default routes: one for each family, and both are the first that can do both. */
export function gatewayEndpoints(endpoints: readonly Endpoint[]): {
  readonly 4: Endpoint | undefined;
  readonly 6: Endpoint | undefined;
} {
  const ranked = endpoints.filter(({ internal }) => !internal).toSorted(byGatewayRank);
  const both = ranked.find((endpoint) => familiesOut(endpoint).length === 2);
  const of = (family: 4 | 6): Endpoint | undefined =>
    both ?? ranked.find((endpoint) => familiesOut(endpoint).includes(family));
  return { 4: of(4), 6: of(6) };
}

/** The families of which an endpoint can have the default route. */
function familiesOut({ onLink, gateways, addresses }: Endpoint): readonly (4 | 6)[] {
  return (onLink ? addresses : gateways).map(familyOf);
}

/** Of an address or prefix that berth wrote itself. */
export function familyOf(text: string): 4 | 6 {
  return text.includes(':') ? 6 : 4;
}
