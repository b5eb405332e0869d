import { randomInt } from 'node:crypto';
import type { EventEmitter } from 'node:events';
import { BerthError, isBerthError } from '../../errors/berth-error.ts';
import type { DatagramSocket } from '../../host/exchange-datagrams.ts';
import type { Server } from '../../host/sockets.ts';
import { Launcher } from '../../syscall/launcher.ts';
import { socketsProgram } from './server-sockets.ts';

/** Ports beyond those that the kernel gives to connections (net.ipv4.ip_local_port_range), of which one is taken at random. */
const ports = { first: 61_000, end: 65_536 } as const;
/** So many are tried. */
const attempts = 10;

/** The sockets of one container. */
export interface ServerSockets {
  readonly datagrams: DatagramSocket;
  readonly server: Server;
  /** To be called when their events are listened to: gives what came before. */
  readonly begin: () => void;
  /** The errno with which the kernel refused to redirect port 53, so that they are there themselves; 0 else. */
  readonly redirectErrno: number;
}

/**
 * Makes sockets in network namespaces, by a launcher of its own: its programs hand them over, and no container's program is ever
 * near the channel on which they come.
 */
export class SocketChannel {
  readonly #expected = new Map<string, (socket: DatagramSocket | Server) => void>();
  readonly #launcher: Launcher;
  #count = 0;

  constructor() {
    this.#launcher = new Launcher({
      onSocket: (name, socket) => {
        const take = this.#expected.get(name) ?? closeSocket;
        take(socket as DatagramSocket | Server);
      },
    });
  }

  /** @throws BerthError SYSCALL_FAILED the namespace is gone, or the port is taken; LAUNCHER_LOST after `close` */
  async open(namespace: string): Promise<ServerSockets> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#openAt(namespace, randomInt(ports.first, ports.end));
      } catch (error) {
        const isTaken =
          isBerthError(error, 'SYSCALL_FAILED') && error.details['errno'] === 'EADDRINUSE';
        if (!isTaken || attempt === attempts) throw error;
      }
    }
  }

  /** Ends the launcher. Sockets that were handed over stay open. */
  async close(): Promise<void> {
    await this.#launcher.stop();
  }

  async #openAt(namespace: string, port: number): Promise<ServerSockets> {
    this.#count += 1;
    const names = { datagrams: `datagrams ${this.#count}`, server: `server ${this.#count}` };
    const arrived = [
      this.#expect(names.datagrams, 'message'),
      this.#expect(names.server, 'connection'),
    ] as const;
    try {
      const { data } = await this.#launcher.run(socketsProgram({ namespace, port, names }));
      const [datagrams, server] = await inTime(Promise.all(arrived));
      return {
        datagrams: datagrams.socket as DatagramSocket,
        server: server.socket as Server,
        begin: () => {
          datagrams.begin();
          server.begin();
        },
        redirectErrno: data.readInt32LE(),
      };
    } catch (error) {
      for (const each of arrived)
        void each.then(({ socket }) => {
          closeSocket(socket);
        });
      throw error;
    } finally {
      this.#expected.delete(names.datagrams);
      this.#expected.delete(names.server);
    }
  }

  /** A socket is at work as soon as it is there: what comes before anybody listens is kept. */
  #expect(name: string, event: 'message' | 'connection'): Promise<Arrived> {
    return new Promise((resolve) => {
      this.#expected.set(name, (socket: EventEmitter & (DatagramSocket | Server)) => {
        const early: unknown[][] = [];
        const keep = (...args: unknown[]): void => {
          early.push(args);
        };
        socket.on(event, keep);
        const begin = (): void => {
          socket.off(event, keep);
          for (const args of early) socket.emit(event, ...args);
        };
        resolve({ socket, begin });
      });
    });
  }
}

interface Arrived {
  readonly socket: DatagramSocket | Server;
  readonly begin: () => void;
}

/** What does not come in this time does not come: the process may have as many open files as it may. */
const arrivalMs = 10_000;

function inTime<Sockets>(arrived: Promise<Sockets>): Promise<Sockets> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(
        new BerthError('SYSCALL_FAILED', {
          message: 'serve names: the sockets of a container did not reach berthd',
          remedy: 'Raise the limit of open files.',
        }),
      );
    }, arrivalMs);
    void arrived.then((sockets) => {
      clearTimeout(timer);
      resolve(sockets);
    });
  });
}

function closeSocket(socket: DatagramSocket | Server): void {
  socket.close();
}
