import { randomInt } from 'node:crypto';
import type { EventEmitter } from 'node:events';
import { BerthError, isBerthError } from '../../errors/berth-error.ts';
import type { DatagramSocket } from '../../host/exchange-datagrams.ts';
import type { Server, Socket } from '../../host/sockets.ts';
import { Launcher } from '../../syscall/launcher.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import type { IpAddress } from '../address/ip-address.ts';
import { socketsProgram } from './server-sockets.ts';
import { connectionProgram, datagramsProgram } from './upstream-sockets.ts';

/** Ports beyond those that the kernel gives to connections (net.ipv4.ip_local_port_range), of which one is taken at random. */
const ports = { first: 61_000, end: 65_536 } as const;
/** So many are tried. */
const attempts = 10;

type Handed = DatagramSocket | Server | Socket;

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
  readonly #expected = new Map<string, (socket: Handed) => void>();
  readonly #launcher: Launcher;
  #count = 0;

  constructor() {
    this.#launcher = new Launcher({
      onSocket: (name, socket) => {
        const take = this.#expected.get(name) ?? closeSocket;
        take(socket as Handed);
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

  /**
   * Makes sockets of UDP, by which others are asked from a namespace.
   * @throws BerthError SYSCALL_FAILED the namespace is gone; LAUNCHER_LOST after `close`
   */
  async openDatagrams({
    namespace,
    family,
    count,
  }: {
    readonly namespace: string;
    readonly family: 4 | 6;
    readonly count: number;
  }): Promise<readonly DatagramSocket[]> {
    const names = Array.from({ length: count }, () => this.#name('upstream'));
    const { arrived } = await this.#take(names, datagramsProgram({ namespace, family, names }));
    return arrived.map(({ socket, begin }) => {
      begin();
      return socket as DatagramSocket;
    });
  }

  /**
   * Begins a connection by TCP from a namespace.
   * @throws BerthError SYSCALL_FAILED the namespace is gone, or there is no way; LAUNCHER_LOST after `close`
   */
  async connect(place: {
    readonly namespace: string;
    readonly address: IpAddress;
    readonly port: number;
  }): Promise<Socket> {
    const name = this.#name('connection');
    const { arrived } = await this.#take([name], connectionProgram({ ...place, name }));
    const [connection] = arrived;
    connection?.begin();
    return connection?.socket as Socket;
  }

  async #openAt(namespace: string, port: number): Promise<ServerSockets> {
    const names = { datagrams: this.#name('datagrams'), server: this.#name('server') };
    const program = socketsProgram({ namespace, port, names });
    const { arrived, data } = await this.#take([names.datagrams, names.server], program);
    const [datagrams, server] = arrived;
    return {
      datagrams: datagrams?.socket as DatagramSocket,
      server: server?.socket as Server,
      begin: () => {
        for (const { begin } of arrived) begin();
      },
      redirectErrno: data.readInt32LE(),
    };
  }

  #name(kind: string): string {
    this.#count += 1;
    return `${kind} ${this.#count}`;
  }

  /** Runs a program and waits for the sockets that it hands over by these names. */
  async #take(
    names: readonly string[],
    program: ProgramBuilder,
  ): Promise<{ readonly arrived: readonly Arrived[]; readonly data: Buffer }> {
    const expected = names.map((name) => this.#expect(name));
    try {
      const { data } = await this.#launcher.run(program);
      return { arrived: await inTime(Promise.all(expected)), data };
    } catch (error) {
      for (const each of expected)
        void each.then(({ socket }) => {
          closeSocket(socket);
        });
      throw error;
    } finally {
      for (const name of names) this.#expected.delete(name);
    }
  }

  /** A socket is at work as soon as it is there: what comes before anybody listens is kept. */
  #expect(name: string): Promise<Arrived> {
    return new Promise((resolve) => {
      this.#expected.set(name, (socket) => {
        const early: (readonly [event: string, args: readonly unknown[]])[] = [];
        const keepers = ['message', 'connection'].map((event) => {
          const keep = (...args: unknown[]): void => {
            early.push([event, args]);
          };
          return [event, keep] as const;
        });
        const emitter: EventEmitter = socket;
        for (const [event, keep] of keepers) emitter.on(event, keep);
        // A connection that is refused before anybody listens must not end the process.
        if ('destroy' in socket) socket.on('error', () => undefined).unref();
        const begin = (): void => {
          for (const [event, keep] of keepers) emitter.off(event, keep);
          for (const [event, args] of early) emitter.emit(event, ...args);
        };
        resolve({ socket, begin });
      });
    });
  }
}

interface Arrived {
  readonly socket: Handed;
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

function closeSocket(socket: Handed): void {
  if ('destroy' in socket) socket.destroy();
  else socket.close();
}
