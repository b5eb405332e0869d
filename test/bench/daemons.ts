import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { daemonCommand } from '../../scripts/up/daemon-command.ts';
import type { DaemonCommand } from './process.ts';

/** A daemon on folders of its own, and where it listens. */
export interface BenchDaemon extends DaemonCommand {
  readonly socket: string;
  /** Removes all it has kept; only while it is stopped. */
  clear(): void;
}

/** What both kinds of daemons can be told. */
export interface DaemonSetup {
  /** Made when missing; everything of the daemon is below it. */
  readonly folder: string;
  /** URLs of mirrors of Docker Hub, in this order. */
  readonly mirrors?: readonly string[];
}

/** berthd, as `berth up` starts it. */
export function berthd({ folder, mirrors = [] }: DaemonSetup): BenchDaemon {
  const kept = [join(folder, 'data'), join(folder, 'run')] as const;
  const [config, socket] = [join(folder, 'daemon.json'), join(folder, 'berth.sock')];
  mkdirSync(folder, { recursive: true });
  const settings = {
    'data-root': kept[0],
    'exec-root': kept[1],
    hosts: [`unix://${socket}`],
    'registry-mirrors': mirrors,
  };
  writeFileSync(config, JSON.stringify(settings));
  return {
    socket,
    // Beside the folder: what is compiled once is no part of a cold store.
    env: { NODE_COMPILE_CACHE: join(folder, '../compile-cache') },
    command: daemonCommand(config),
    clear: () => {
      for (const path of kept) rmSync(path, { recursive: true, force: true });
    },
  };
}

/** Debian's dockerd, kept from touching the machine's network. */
export function dockerd({ folder, mirrors = [] }: DaemonSetup): BenchDaemon {
  const kept = [join(folder, 'data'), join(folder, 'run')] as const;
  const socket = join(folder, 'docker.sock');
  mkdirSync(folder, { recursive: true });
  return {
    socket,
    command: [
      ...(['dockerd', '--host', `unix://${socket}`] as const),
      ...['--pidfile', join(folder, 'docker.pid'), '--data-root', kept[0], '--exec-root', kept[1]],
      ...['--bridge=none', '--iptables=false', '--ip-forward=false', '--ip-masq=false'],
      ...mirrors.map((url) => `--registry-mirror=${url}`),
    ],
    clear: () => {
      for (const path of kept) rmSync(path, { recursive: true, force: true });
    },
  };
}
