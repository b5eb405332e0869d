import type { HostFiles } from '../context.ts';

/** Where systemd-resolved writes the servers behind its stub at 127.0.0.53. */
const upstreamFile = '/run/systemd/resolve/resolv.conf';

/** The name servers that the host uses. */
export interface NameServers {
  /** Addresses in the order in which they are asked. */
  readonly servers: readonly string[];
  /** Servers on loopback: a container's own loopback is another one, so it cannot reach them. */
  readonly loopback: readonly string[];
  /** Where a stub passes questions on to, when systemd-resolved tells. */
  readonly upstream: readonly string[];
}

/** Reads resolv.conf(5); `undefined` when the host has none. */
export async function readNameServers(files: HostFiles): Promise<NameServers | undefined> {
  const text = await files.readText('/etc/resolv.conf');
  if (text === undefined) return undefined;
  const servers = serversOf(text);
  const loopback = servers.filter((server) => /^(127\.|::1$|\[::1\])/.test(server));
  const upstream = loopback.length === 0 ? undefined : await files.readText(upstreamFile);
  return { servers, loopback, upstream: serversOf(upstream ?? '') };
}

function serversOf(text: string): readonly string[] {
  const found = text.split('\n').flatMap((line) => /^\s*nameserver\s+(\S+)/.exec(line)?.[1] ?? []);
  return [...new Set(found)];
}
