/** A port of a container. */
export interface ShownPort {
  readonly protocol: string;
  readonly port: number;
}

/** One that can be reached through the host: see `PublishedPort` of runtime/network. */
export interface ShownBinding extends ShownPort {
  readonly hostAddress: string;
  /** 0: none, as the container's own address is reached. */
  readonly hostPort: number;
}

/** The ports of a container that runs; of one that does not both are empty. */
export interface ShownPorts {
  /** All that the image or the client names. */
  readonly exposed: readonly ShownPort[];
  readonly published: readonly ShownBinding[];
}

/**
 * `NetworkSettings.Ports` of `GET /containers/{id}/json`, which `docker port` reads: by `80/tcp`, where it is on the host; `null` for
 * what is exposed only.
 */
export function portMapView({
  exposed,
  published,
}: ShownPorts): Readonly<
  Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[] | null>
> {
  const keys = new Set([...exposed, ...published].map(keyOf));
  return Object.fromEntries(
    [...keys].toSorted().map((key) => {
      const bindings = published.filter((binding) => keyOf(binding) === key);
      const places = bindings.map(({ hostAddress, hostPort }) => ({
        HostIp: hostAddress,
        HostPort: hostPort === 0 ? '' : String(hostPort),
      }));
      return [key, places.length === 0 ? null : places];
    }),
  );
}

/** `Ports` of `GET /containers/json`, which `docker ps` puts into a column: one for each address of the host, by number. */
export function portListView({
  exposed,
  published,
}: ShownPorts): readonly Readonly<Record<string, unknown>>[] {
  const known = new Set(published.map(keyOf));
  const unpublished = new Map(exposed.map((port) => [keyOf(port), port]));
  const shown: readonly (ShownPort & Partial<ShownBinding>)[] = [
    ...[...unpublished].flatMap(([key, port]) => (known.has(key) ? [] : [port])),
    ...published,
  ];
  return shown
    .toSorted((left, right) => left.port - right.port || compare(left.protocol, right.protocol))
    .map(({ protocol, port, hostAddress, hostPort }) => ({
      ...(hostAddress !== undefined && { IP: hostAddress }),
      PrivatePort: port,
      ...(hostPort && { PublicPort: hostPort }),
      Type: protocol,
    }));
}

function keyOf({ port, protocol }: ShownPort): string {
  return `${port}/${protocol}`;
}

function compare(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}
