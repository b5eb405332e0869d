import { messageOf } from '../../errors/berth-error.ts';
import { type Clock, systemClock } from '../../host/clock.ts';
import { errnoName } from '../../syscall/errno.ts';
import { Forwarder, type Patience } from './forwarder.ts';
import type { NameDirectory } from './name-directory.ts';
import { type Forwarding, Responder } from './responder.ts';
import { NamespaceSockets } from './namespace-sockets.ts';
import { serverAddress } from './redirect-table.ts';
import { serveDatagrams } from './serve-datagrams.ts';
import { serveStreams } from './serve-streams.ts';
import { type ServerSockets, SocketChannel } from './socket-channel.ts';
import type { Upstream, UpstreamSockets } from './upstream.ts';

/** Where a container's questions go on to, in the order in which servers are asked. */
export interface ClientForwarding extends Pick<Forwarding, 'forwarding'> {
  readonly upstreams: readonly ClientUpstream[];
}

/** A server, and the network namespace from which it is asked. */
export interface ClientUpstream extends Omit<Upstream, 'sockets'> {
  /** Absent: the host's. */
  readonly from?: 'host' | 'container';
}

/** A container whose names are answered. */
export interface NameClient extends ClientForwarding {
  readonly id: string;
  /** Where its network namespace is kept. */
  readonly namespacePath: string;
}

/** What the service is made from. */
export interface NameServiceOptions {
  readonly directory: NameDirectory;
  /** Told what does not work as it should, but works. */
  readonly notice: (text: string, details: Readonly<Record<string, unknown>>) => void;
  readonly clock?: Clock;
  readonly patience?: Patience;
}

interface Served {
  readonly sockets: ServerSockets;
  readonly responder: Responder;
  /** By which its own servers are asked. */
  readonly upstreamSockets: NamespaceSockets;
  /** Ends the connections that there are. */
  readonly disconnect: () => void;
}

/**
 * The name server that containers of user-defined networks have at 127.0.0.11, as Docker's. berthd itself answers, at sockets that
 * are in each container's network namespace. While there is no berthd nobody answers, and resolvers ask again.
 */
export class NameService {
  readonly #options: NameServiceOptions;
  readonly #channel = new SocketChannel();
  readonly #forwarder: Forwarder;
  readonly #served = new Map<string, Served>();
  #hasToldOfPort = false;

  constructor(options: NameServiceOptions) {
    this.#options = options;
    const { clock = systemClock, patience } = options;
    this.#forwarder = new Forwarder({ clock, ...(patience !== undefined && { patience }) });
  }

  /**
   * Opens the sockets in the container's namespace and answers there. For each start, and for each running container when berthd is
   * there again; what was served before under the same id is stopped.
   * @throws BerthError SYSCALL_FAILED the namespace is gone; LAUNCHER_LOST after `close`
   */
  async serve({ id, namespacePath, upstreams, forwarding }: NameClient): Promise<void> {
    await this.stop(id);
    const sockets = await this.#channel.open(namespacePath);
    const upstreamSockets = new NamespaceSockets(this.#channel, namespacePath);
    const report = (problem: unknown): void => {
      this.#options.notice('the name server of a container has a problem', {
        container: id,
        problem: messageOf(problem),
      });
    };
    const responder = new Responder({
      sandbox: id,
      directory: this.#options.directory,
      forwarder: this.#forwarder,
      forwarding: forwardingBy(upstreamSockets, { upstreams, forwarding }),
      report,
    });
    serveDatagrams(sockets.datagrams, responder);
    const disconnect = serveStreams(sockets.server, responder);
    this.#served.set(id, { sockets, responder, upstreamSockets, disconnect });
    this.#tellOfPort(sockets.redirectErrno);
    sockets.datagrams.on('error', report);
    sockets.server.on('error', report);
    sockets.begin();
  }

  /** Sends a container's questions elsewhere from now on. Nothing happens when it is not served. */
  change(id: string, forwarding: ClientForwarding): void {
    const served = this.#served.get(id);
    if (served !== undefined)
      served.responder.forwarding = forwardingBy(served.upstreamSockets, forwarding);
  }

  /** Closes a container's sockets. Nothing happens when it is not served. */
  async stop(id: string): Promise<void> {
    const served = this.#served.get(id);
    this.#served.delete(id);
    if (served !== undefined) await closeSockets(served);
  }

  /** Stops for all containers, and gives up the questions that are under way. */
  async close(): Promise<void> {
    this.#forwarder.close();
    await Promise.all([...this.#served.keys()].map((id) => this.stop(id)));
    await this.#channel.close();
  }

  /** Once: it is the kernel's, and the same for all containers. */
  #tellOfPort(errno: number): void {
    if (errno === 0 || this.#hasToldOfPort) return;
    this.#hasToldOfPort = true;
    this.#options.notice(
      'the kernel cannot redirect port 53 (nf_tables): the name server of containers is at that port itself, and a container cannot have its own there',
      { errno: errnoName(errno) },
    );
  }
}

/** The server's own address, asked from the container, would be asked by itself: moby leaves it out, too. */
function forwardingBy(
  sockets: UpstreamSockets,
  { upstreams, forwarding }: ClientForwarding,
): Forwarding {
  return {
    forwarding,
    upstreams: upstreams
      .filter(({ address, from }) => from !== 'container' || address !== serverAddress)
      .map(({ from, ...upstream }) => (from === 'container' ? { ...upstream, sockets } : upstream)),
  };
}

async function closeSockets({ sockets, upstreamSockets, disconnect }: Served): Promise<void> {
  await Promise.all([
    upstreamSockets.close(),
    new Promise<void>((resolve) => sockets.datagrams.close(resolve)),
    new Promise<void>((resolve) => {
      sockets.server.close(() => {
        resolve();
      });
      disconnect();
    }),
  ]);
}
