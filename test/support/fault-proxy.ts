import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { ConnectionEnd } from './fault.ts';
import { FaultExchange } from './fault-exchange.ts';
import type { FaultScript, SeenRequest, Traffic } from './fault-script.ts';

/**
 * A TCP proxy between a client and a registry that makes connections and answers go wrong as a script says, and counts.
 * It understands HTTP/1.1 as far as it has to. Connections that speak TLS are passed on unseen.
 */
export class FaultProxy implements Traffic {
  script: FaultScript;
  /** All that was sent to clients, heads included. */
  bytesToClients = 0;
  /** All that was sent to the registry. */
  bytesToRegistry = 0;
  readonly requests: SeenRequest[] = [];
  readonly #upstream: { readonly host: string; readonly port: number };
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #connections = 0;

  private constructor(upstream: string, script: FaultScript) {
    const [host = '', port = ''] = upstream.split(':');
    this.#upstream = { host, port: Number(port) };
    this.script = script;
    // A client that closes its side may still wait for an answer.
    this.#server = createServer({ allowHalfOpen: true }, (client) => {
      void this.#accept(client);
    });
  }

  /** Listens on a free port of loopback. @param upstream `host:port` of the registry */
  static async start(upstream: string, script: FaultScript = {}): Promise<FaultProxy> {
    const proxy = new FaultProxy(upstream, script);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  /** `host:port` for clients. */
  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Connections that were accepted. */
  get connections(): number {
    return this.#connections;
  }

  /** Bytes of bodies that were sent in answer to requests that match. */
  bodyBytes(matches: (request: SeenRequest) => boolean = () => true): number {
    return this.requests.filter(matches).reduce((sum, { bodyBytes }) => sum + bodyBytes, 0);
  }

  /** Forgets what was counted. */
  reset(): void {
    this.bytesToClients = 0;
    this.bytesToRegistry = 0;
    this.requests.length = 0;
  }

  /** Ends every connection, and listens no more. */
  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #accept(client: Socket): Promise<void> {
    const number = this.#connections;
    this.#connections += 1;
    const gone = this.#track(client);
    switch (this.script.connection?.(number) ?? 'serve') {
      case 'reset':
        client.resetAndDestroy();
        return;
      case 'stall':
        // Read, so that the client's end is noticed; never answered.
        client.resume();
        return;
      case 'serve':
    }
    const server = connect({ ...this.#upstream, allowHalfOpen: true });
    this.#track(server);
    client.once('close', () => server.destroy());
    try {
      await new FaultExchange({ client, server, traffic: this, gone }).run();
      client.end();
      server.end();
    } catch (error) {
      server.destroy();
      // What was written before has to arrive, or the place of a cut would be chance.
      client.write('', () => {
        if (error instanceof ConnectionEnd && error.how === 'end') client.destroySoon();
        else client.resetAndDestroy();
      });
    }
  }

  /** Gives a signal that comes when the socket is closed. */
  #track(socket: Socket): AbortSignal {
    const closed = new AbortController();
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      closed.abort();
    });
    return closed.signal;
  }
}
