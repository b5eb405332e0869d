import { POLLIN, SOCK_CLOEXEC, SOCK_NONBLOCK } from '../../syscall/constants/io.ts';
import { SIGCHLD, SIGNALFD_SIGINFO_SIZE, WNOHANG } from '../../syscall/constants/process.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import type { Label, Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { watchChildren } from '../monitor/monitor.ts';
import { PollSet } from '../monitor/poll-set.ts';
import { relayConnection } from './relay-connection.ts';
import type { RelayedSocket, RelayTargets } from './relay-targets.ts';

/** Connections of a container that are relayed at the same time; more wait until one of them ends. */
const maxConnections = 1024;

/** When nothing can be accepted, as without memory, it is tried again after so long. */
const pauseNs = 100_000_000n;

/**
 * The steps of the relay for TCP: it accepts connections, and forks a process of a few kilobytes for each, so that one which does not
 * read or is reset is in nobody's way. It goes on until it is killed.
 */
export function relayConnections(
  p: ProgramBuilder,
  relayed: readonly RelayedSocket[],
  targets: RelayTargets,
): void {
  const polled = new PollSet(p, 1 + relayed.length);
  const signals = polled.add(watchChildren(p), POLLIN);
  const listeners = relayed.map(({ socket }) => polled.add(socket, POLLIN));
  const running = p.value(p.reserve(8));
  const [client, target] = [p.value(p.reserve(8)), p.value(p.reserve(8))];
  const [loop, connection] = [p.label(), p.label()];

  p.place(loop);
  polled.wait();
  const info = p.reserve(SIGNALFD_SIGINFO_SIZE);
  p.call('take the signal', 'read', [signals.fd, info, SIGNALFD_SIGINFO_SIZE], {
    onError: 'ignore',
  });
  reap(p, running);
  polled.forEach(listeners, (slot, next) => {
    polled.skipUnlessReady(slot, next);
    p.set(target, targets.at(slot, listeners[0]));
    accept(p, { listener: slot.fd, client, next });
    awaitRoom(p, running);
    const child = p.call('fork a connection', 'clone', [SIGCHLD, 0, 0, 0, 0], {
      onError: 'ignore',
    });
    p.jumpIf('eq', child, 0, connection);
    p.call('close the connection', 'close', [client], { onError: 'ignore' });
    p.jumpIf('lt', child, 0, next);
    p.set(running, p.compute('add', running, 1));
  });
  p.jump(loop);

  p.place(connection);
  // The ports are free as soon as the relay and the monitor are gone.
  for (const { socket } of relayed)
    p.call('close a listener', 'close', [socket], { onError: 'ignore' });
  relayConnection(p, { client, target });
}

/** Takes a connection. One that is gone again, or was taken by nobody's fault, is left out. */
function accept(
  p: ProgramBuilder,
  {
    listener,
    client,
    next,
  }: { readonly listener: Ref; readonly client: Ref; readonly next: Label },
): void {
  const accepted = p.label();
  const flags = SOCK_NONBLOCK | SOCK_CLOEXEC;
  const result = p.call('accept', 'accept4', [listener, 0, 0, flags], { onError: 'ignore' });
  p.set(client, result);
  p.jumpIf('ge', result, 0, accepted);
  for (const usual of ['EAGAIN', 'ECONNABORTED']) p.jumpIf('eq', result, -errnoNumber(usual), next);
  const pause = p.bytes(Buffer.from(BigInt64Array.of(0n, pauseNs).buffer));
  p.call('wait for memory', 'nanosleep', [pause, 0], { onError: 'ignore' });
  p.jump(next);
  p.place(accepted);
}

/** Takes note of the connections that have ended. */
function reap(p: ProgramBuilder, running: Ref): void {
  const [again, done] = [p.label(), p.label()];
  p.place(again);
  const ended = p.call('reap', 'wait4', [-1, 0, WNOHANG, 0], { onError: done });
  p.jumpIf('eq', ended, 0, done);
  p.set(running, p.compute('sub', running, 1));
  p.jump(again);
  p.place(done);
}

function awaitRoom(p: ProgramBuilder, running: Ref): void {
  const room = p.label();
  p.jumpIf('lt', running, maxConnections, room);
  p.call('wait for the end of a connection', 'wait4', [-1, 0, 0, 0], { onError: 'ignore' });
  p.set(running, p.compute('sub', running, 1));
  p.place(room);
}
