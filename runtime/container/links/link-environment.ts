import type { ContainerPort } from '../../network/ports/port-spec.ts';

/** What of a linked container its variables tell. */
export interface LinkSource {
  /** What it is called by who is linked to it. */
  readonly alias: string;
  /** The name of who is linked to it. */
  readonly parent: string;
  /** Its IPv4 address. */
  readonly address: string;
  readonly ports: readonly ContainerPort[];
  /** Its own variables. */
  readonly environment: readonly string[];
}

/** Variables of a linked container that are its own business. */
const ownVariables = ['HOME', 'PATH'];

/**
 * The variables that Docker gives a container for one that it is linked to (daemon/links of moby 28.5): `DB_PORT`,
 * `DB_PORT_5432_TCP` and what it consists of for each port, the ends of ranges of ports, `DB_NAME`, and its own as `DB_ENV_...`.
 */
export function linkEnvironment(source: LinkSource): readonly string[] {
  const { alias, parent, address, environment } = source;
  const prefix = alias.toUpperCase().replaceAll('-', '_');
  const ports = source.ports.toSorted(byProtocolAndNumber);
  const [first] = ports;
  const url = ({ protocol, port }: ContainerPort): string => `${protocol}://${address}:${port}`;
  const keyOf = ({ protocol, port }: ContainerPort): string =>
    `${prefix}_PORT_${port}_${protocol.toUpperCase()}`;
  return [
    ...(first === undefined ? [] : [`${prefix}_PORT=${url(first)}`]),
    ...ports.flatMap((port) => [
      `${keyOf(port)}=${url(port)}`,
      `${keyOf(port)}_ADDR=${address}`,
      `${keyOf(port)}_PORT=${port.port}`,
      `${keyOf(port)}_PROTO=${port.protocol}`,
    ]),
    ...rangesOf(ports).flatMap(({ start, end }) => [
      `${keyOf(start)}_START=${url(start)}`,
      `${keyOf(start)}_PORT_START=${start.port}`,
      `${keyOf(start)}_END=${url(end)}`,
      `${keyOf(start)}_PORT_END=${end.port}`,
    ]),
    `${prefix}_NAME=/${parent}/${alias}`,
    ...environment.flatMap((variable) => {
      const at = variable.indexOf('=');
      const name = variable.slice(0, at);
      return at < 0 || ownVariables.includes(name) ? [] : [`${prefix}_ENV_${variable}`];
    }),
  ];
}

/** TCP comes first. */
function byProtocolAndNumber(left: ContainerPort, right: ContainerPort): number {
  if (left.protocol === right.protocol) return left.port - right.port;
  if (left.protocol === 'tcp') return -1;
  return right.protocol === 'tcp' || left.protocol > right.protocol ? 1 : -1;
}

/** Ports that follow each other, of two and more. */
function rangesOf(
  ports: readonly ContainerPort[],
): readonly { readonly start: ContainerPort; readonly end: ContainerPort }[] {
  const runs: { readonly start: ContainerPort; end: ContainerPort }[] = [];
  for (const port of ports) {
    const last = runs.at(-1);
    if (last?.end.protocol === port.protocol && last.end.port + 1 === port.port) last.end = port;
    else runs.push({ start: port, end: port });
  }
  return runs.filter(({ start, end }) => start !== end);
}
