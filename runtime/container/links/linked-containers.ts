import { BerthError } from '../../errors/berth-error.ts';
import type { Endpoint, LinkedSandbox } from '../../network/model/sandbox-record.ts';
import { exposedPorts } from '../../network/ports/port-wishes.ts';
import type { Container } from '../lifecycle/container.ts';
import type { EngineState } from '../lifecycle/engine-state.ts';
import { hasProgram } from '../model/container-state.ts';
import { networkKind, wishedNetworks } from '../model/network-mode.ts';
import { explainedNetworking } from '../networking/networking-failure.ts';
import type { LinkedContainer } from '../spec/hosts-entries.ts';
import { linkEnvironment } from './link-environment.ts';

/** The network whose containers are linked: in all others they have names. */
const linkNetwork = 'bridge';

/** A container that another one is linked to, and what it has of that. */
export interface Link {
  /** For /etc/hosts. */
  readonly hosts: LinkedContainer;
  readonly environment: readonly string[];
  /** For the firewall. */
  readonly sandbox: LinkedSandbox;
}

/**
 * What a container that is about to start has of those that it is linked to. Without the default bridge it has nothing of them.
 * @throws CONTAINER_LINK_REFUSED one of them does not run, or is not in the default bridge
 */
export function linksFor(state: EngineState, { record }: Container): readonly Link[] {
  const { links = [], name, hostConfig } = record;
  if (links.length === 0 || networkKind(hostConfig) !== 'own') return [];
  const { networks } = state.ports;
  if (wishedNetworks(record, networks.defaultName)[linkNetwork] === undefined) return [];
  return links.map(({ alias, container: id }) => {
    const child = state.index.findIfThere(id);
    const shown = `/${child?.record.name ?? id}`;
    if (child !== undefined && !isWished(state, child))
      throw explainedNetworking(
        refused(`Cannot link to ${shown}, as it does not belong to the default network`),
      );
    const endpoint = child && endpointOf(state, child);
    if (child === undefined || endpoint === undefined)
      throw refused(`Cannot link to a non running container: ${shown} AS /${name}/${alias}`);
    return linkTo(child, endpoint, { alias, parent: name });
  });
}

/** Variables for another program in a running container, of those that it is linked to and that run, too. */
export function linkVariables(
  state: EngineState,
  { record }: Pick<Container, 'record'>,
): readonly string[] {
  return (record.links ?? []).flatMap(({ alias, container: id }) => {
    const child = state.index.findIfThere(id);
    const endpoint = child && endpointOf(state, child);
    if (child === undefined || endpoint === undefined) return [];
    return linkTo(child, endpoint, { alias, parent: record.name }).environment;
  });
}

/** What `docker inspect` shows as links of a container: `/child:/parent/alias`. */
export function shownLinks(
  { index }: EngineState,
  { record }: Pick<Container, 'record'>,
): readonly string[] {
  return (record.links ?? []).map(({ alias, container: id }) => {
    const child = index.findIfThere(id)?.record.name ?? id;
    return `/${child}:/${record.name}/${alias}`;
  });
}

/** The names that containers have as linked ones, `parent/alias`, by their ids. */
export function linkNames({ index }: EngineState): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, readonly string[]>();
  for (const { record } of index.all())
    for (const { alias, container } of record.links ?? [])
      names.set(container, [...(names.get(container) ?? []), `${record.name}/${alias}`]);
  return names;
}

/** Its endpoint in the default bridge; `undefined` when it does not run, or has none. */
export function endpointOf(
  { ports }: EngineState,
  { id, record }: Container,
): Endpoint | undefined {
  if (!hasProgram(record.state)) return undefined;
  const { endpoints = [] } = ports.networks.sandboxOf(id) ?? {};
  return endpoints.find(({ networkName }) => networkName === linkNetwork);
}

/** The containers that are linked to another one, and what they call it. */
export function linkedTo(
  { index }: EngineState,
  { id }: Container,
): readonly { readonly parent: Container; readonly alias: string }[] {
  return index
    .all()
    .flatMap((parent) =>
      (parent.record.links ?? []).flatMap(({ container, alias }) =>
        container === id ? [{ parent, alias }] : [],
      ),
    );
}

function isWished({ ports }: EngineState, { record }: Container): boolean {
  return wishedNetworks(record, ports.networks.defaultName)[linkNetwork] !== undefined;
}

function linkTo(
  { id, record }: Container,
  { addresses }: Endpoint,
  { alias, parent }: { readonly alias: string; readonly parent: string },
): Link {
  const { name, config, hostConfig } = record;
  const bare = addresses.map((text) => text.slice(0, text.indexOf('/')));
  const ports = exposedPorts({
    bindings: hostConfig.PortBindings,
    exposed: Object.keys(config.ExposedPorts ?? {}),
  });
  const address = bare.find((text) => !text.includes(':')) ?? '';
  const environment = config.Env ?? [];
  return {
    hosts: { alias, name, hostname: config.Hostname, addresses: bare },
    environment: linkEnvironment({ alias, parent, address, ports, environment }),
    sandbox: { container: id, ports },
  };
}

function refused(message: string): BerthError {
  return new BerthError('CONTAINER_LINK_REFUSED', {
    message,
    remedy:
      'Start the other container first, on the default bridge; or make a network ("docker network create"), where containers find each other by their names.',
  });
}
