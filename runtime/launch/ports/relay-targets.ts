import { join } from 'node:path';
import { hasErrno, open } from '../../host/files.ts';
import { SOCKADDR_IN6_SIZE } from '../../syscall/constants/inet.ts';
import { POLLFD_SIZE } from '../../syscall/constants/io.ts';
import { AT_FDCWD, O_CLOEXEC, O_CREAT, O_RDWR, O_TRUNC } from '../../syscall/constants/fs.ts';
import { MAP_SHARED, PROT_READ } from '../../syscall/constants/memory.ts';
import type { Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import type { PollSlot } from '../monitor/poll-set.ts';
import { type HeldPort, type SocketPlace, socketAddress } from './held-port.ts';

/** A socket of the host, where it is, and where what comes to it goes. */
export interface RelayedSocket {
  readonly socket: Ref;
  readonly at: SocketPlace;
  readonly to: SocketPlace;
}

/**
 * The table of a relay: a number that is another one whenever the table is, then an entry for each socket, with the struct sockaddr of
 * where what comes to it goes, and its own. It is a file that the relay has mapped: who writes it changes where connections go.
 */
const layout = { entries: 64, entrySize: 64, own: 32 } as const;

/** The file of the relay of a protocol, in the container's run folder. */
function fileName(protocol: HeldPort['protocol']): string {
  return `relay-${protocol}`;
}

/** A relay's table in its program. */
export interface RelayTargets {
  /** Its generation: another number when targets have changed. */
  generation(): Ref;
  /** The absolute address of the struct sockaddr for a socket, by its place among those that are polled one after the other. */
  at(slot: PollSlot, first: PollSlot | undefined): Ref;
}

/**
 * Adds the steps that make a relay's table, as a file in the run folder. Where that is not possible the table is in the relay's own
 * memory, and stays as it is.
 */
export function openTargets(
  p: ProgramBuilder,
  relayed: readonly RelayedSocket[],
  { folder, protocol }: { readonly folder: string; readonly protocol: HeldPort['protocol'] },
): RelayTargets {
  const bytes = tableOf(relayed);
  const label = 'map where the ports lead';
  const own = p.bytes(bytes);
  const table = p.value(p.reserve(8));
  p.set(table, p.compute('add', own, 0));
  const failed = p.label();
  const flags = O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC;
  const path = p.string(join(folder, fileName(protocol)));
  const file = p.call(label, 'openat', [AT_FDCWD, path, flags, 0o600], { onError: failed });
  const written = p.call(label, 'write', [file, own, bytes.length], { onError: failed });
  p.jumpIf('ne', written, bytes.length, failed);
  const args = [0, bytes.length, PROT_READ, MAP_SHARED, file, 0];
  const mapped = p.call(label, 'mmap', args, { onError: failed });
  p.set(table, mapped);
  p.call(label, 'close', [file], { onError: 'ignore' });
  p.place(failed);
  return {
    generation: () => p.load(64, table),
    at: (slot, first) => {
      if (!first) throw new TypeError('a relay without a socket');
      const index = p.compute('div', p.compute('sub', slot.address, first.address), POLLFD_SIZE);
      const offset = p.compute('add', p.compute('mul', index, layout.entrySize), layout.entries);
      return p.compute('add', table, offset);
    },
  };
}

function tableOf(relayed: readonly RelayedSocket[]): Buffer {
  const bytes = Buffer.alloc(layout.entries + relayed.length * layout.entrySize);
  relayed.forEach(({ at, to }, i) => {
    const start = layout.entries + i * layout.entrySize;
    bytes.set(socketAddress(to).bytes, start);
    bytes.set(socketAddress(at).bytes, start + layout.own);
  });
  return bytes;
}

/**
 * Has the relays of a running container lead to other places: connections from now on, and datagrams. A port that has no place to go to
 * is refused.
 * @param folder the container's run folder; one without relays is left alone
 * @param ports those that it was started with, with the places of now
 */
export async function moveRelays(folder: string, ports: readonly HeldPort[]): Promise<void> {
  for (const protocol of ['tcp', 'udp'] as const) {
    const theirs = ports.filter((port) => port.protocol === protocol);
    if (theirs.length > 0) await rewrite(join(folder, fileName(protocol)), theirs);
  }
}

async function rewrite(path: string, ports: readonly HeldPort[]): Promise<void> {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(path, 'r+');
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return;
    throw error;
  }
  try {
    const before = await file.readFile();
    const after = withTargets(before, ports);
    // In place: it is mapped. As long as before, so that a full disk is in nobody's way.
    if (!after.equals(before)) await file.write(after, 0, after.length, 0);
  } finally {
    await file.close();
  }
}

/** The table with other places; the struct sockaddr of a port without one is of no family, which nobody can connect to. */
export function withTargets(table: Buffer, ports: readonly HeldPort[]): Buffer {
  const next = Buffer.from(table);
  const { entries, entrySize, own } = layout;
  for (let start = entries; start + entrySize <= table.length; start += entrySize) {
    const at = table.subarray(start + own, start + own + SOCKADDR_IN6_SIZE);
    const port = ports.find((each) => socketAddress(each).bytes.equals(at));
    const to = port?.relayTo ? socketAddress(port.relayTo).bytes : Buffer.alloc(SOCKADDR_IN6_SIZE);
    next.set(to, start);
  }
  if (!next.equals(table)) next.writeBigUInt64LE(table.readBigUInt64LE() + 1n);
  return next;
}
