import { existsSync, mkdirSync, mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { daemonCommand, memoryEnvironment } from '../../scripts/program/daemon-command.ts';
import type { DaemonCommand } from './process.ts';

/** A daemon on folders of its own, and where it listens. */
export interface BenchDaemon extends DaemonCommand {
  readonly socket: string;
  /**
   * Takes all it has kept out of its way, only while it is stopped. Nothing is removed before the end of the run: ext4 does
   * not use an inode again for minutes after its file was removed, and looks for another one, one by one (fs/ext4/ialloc.c,
   * recently_deleted), which made a pull in the second round take three times as long as in the first.
   */
  clear(): void;
}

/** What both kinds of daemons can be told. */
export interface DaemonSetup {
  /** Made when missing; everything of the daemon is below it. */
  readonly folder: string;
  /** URLs of mirrors of Docker Hub, in this order. */
  readonly mirrors?: readonly string[];
  /** `own`: it is in a network namespace of its own. */
  readonly networks?: 'own' | 'left-alone';
}

/** What a daemon keeps: its data, and what is only of this boot, which is in memory on a host (file-hierarchy(7), /run). */
function keptIn(folder: string): readonly [data: string, run: string] {
  return [join(folder, 'data'), join(inMemory(folder), 'run')];
}

/** What belongs to a folder below that for temporary files, in memory. */
export function inMemory(folder: string): string {
  return join('/dev/shm', relative(tmpdir(), folder));
}

/** berthd, as `berth up` starts it. */
export function berthd({ folder, mirrors = [] }: DaemonSetup): BenchDaemon {
  const kept = keptIn(folder);
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
    env: { ...memoryEnvironment, NODE_COMPILE_CACHE: join(folder, '../compile-cache') },
    command: daemonCommand(config),
    clear: () => {
      setAside(kept);
    },
  };
}

/** Debian's dockerd, kept from touching the machine's network, unless it has one of its own. */
export function dockerd({
  folder,
  mirrors = [],
  networks = 'left-alone',
}: DaemonSetup): BenchDaemon {
  const kept = keptIn(folder);
  const socket = join(folder, 'docker.sock');
  mkdirSync(folder, { recursive: true });
  return {
    socket,
    command: [
      ...(['dockerd', '--host', `unix://${socket}`] as const),
      ...['--pidfile', join(folder, 'docker.pid'), '--data-root', kept[0], '--exec-root', kept[1]],
      ...(networks === 'own'
        ? []
        : ['--bridge=none', '--iptables=false', '--ip-forward=false', '--ip-masq=false']),
      ...mirrors.map((url) => `--registry-mirror=${url}`),
    ],
    clear: () => {
      setAside(kept);
    },
  };
}

function setAside(paths: readonly string[]): void {
  for (const path of paths.filter(existsSync)) {
    const aside = mkdtempSync(join(dirname(path), 'earlier-'));
    renameSync(path, join(aside, basename(path)));
  }
}
