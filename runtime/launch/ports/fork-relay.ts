import {
  PR_SET_NAME,
  PR_SET_PDEATHSIG,
  SIGCHLD,
  SIGKILL,
} from '../../syscall/constants/process.ts';
import type { Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import type { MonitorStreams } from '../process/streams.ts';
import type { HeldSocket } from './hold-ports.ts';
import { relayConnections } from './relay-connections.ts';
import { relayDatagrams } from './relay-datagrams.ts';
import { openTargets, type RelayedSocket } from './relay-targets.ts';

/** The monitor's side of its relay. */
export interface ForkedRelay {
  /** Adds the monitor's steps that end it, and wait until it is gone. */
  readonly end: () => void;
  /** Adds the relay's own steps; they belong behind all of the monitor's, which the relay gives back to the kernel. */
  readonly build: () => void;
}

/** What the monitor has open and the relay must not have: as long as that is open here, nobody hears of the monitor's end. */
interface Others {
  readonly own: readonly Ref[];
  readonly streams: MonitorStreams;
  /** The container's run folder. */
  readonly folder: string;
}

/** The loop of each protocol that is relayed. */
const loops = { tcp: relayConnections, udp: relayDatagrams } as const;

/**
 * Adds the steps that fork the relays of a container, one for TCP and one for UDP: children of the monitor that end with it. Without
 * a port that is relayed there is none.
 */
export function forkRelays(
  p: ProgramBuilder,
  held: readonly HeldSocket[],
  others: Others,
): ForkedRelay {
  const relays = (['tcp', 'udp'] as const).flatMap((protocol) => {
    const relayed = held.flatMap(({ port, socket }): readonly RelayedSocket[] =>
      port.relayTo && port.protocol === protocol ? [{ socket, at: port, to: port.relayTo }] : [],
    );
    return relayed.length === 0 ? [] : [forkRelay(p, { protocol, relayed, ...others })];
  });
  return {
    end: () => {
      for (const { end } of relays) end();
    },
    build: () => {
      for (const { build } of relays) build();
    },
  };
}

function forkRelay(
  p: ProgramBuilder,
  {
    protocol,
    relayed,
    own,
    streams,
    folder,
  }: Others & {
    readonly protocol: keyof typeof loops;
    readonly relayed: readonly RelayedSocket[];
  },
): ForkedRelay {
  const [entry, gone] = [p.label(), p.label()];
  const monitor = p.call('look who the monitor is', 'getpid', []);
  // A container runs without it where no process can be made: its ports are reached through the firewall's rules.
  const relay = p.call('fork the relay', 'clone', [SIGCHLD, 0, 0, 0, 0], { onError: 'ignore' });
  p.jumpIf('eq', relay, 0, entry);
  return {
    end: () => {
      p.jumpIf('lt', relay, 0, gone);
      // The group: with those of its connections.
      p.call('end the relay', 'kill', [p.compute('sub', 0, relay), SIGKILL], { onError: 'ignore' });
      p.call('end the relay', 'kill', [relay, SIGKILL], { onError: 'ignore' });
      p.call('reap the relay', 'wait4', [relay, 0, 0, 0], { onError: 'ignore' });
      p.place(gone);
    },
    build: () => {
      const alive = p.label();
      p.place(entry);
      // Nobody listens to what a step of it says.
      p.set(p.replyFd, -1);
      p.call('name the process', 'prctl', [PR_SET_NAME, p.string('berth-relay')]);
      p.call('end with the monitor', 'prctl', [PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0]);
      p.jumpIf('eq', p.call('look who the parent is', 'getppid', []), monitor, alive);
      p.exit(0);
      p.place(alive);
      p.call('have a group', 'setpgid', [0, 0]);
      const kept = new Set(relayed.map(({ socket }) => socket));
      const streamEnds = [streams.stdin, streams.stdout, streams.stderr];
      for (const fd of [...own, ...streamEnds])
        if (fd !== -1 && !kept.has(fd))
          p.call('close what is the monitor’s', 'close', [fd], { onError: 'ignore' });
      p.forgetSteps();
      loops[protocol](p, relayed, openTargets(p, relayed, { folder, protocol }));
    },
  };
}
