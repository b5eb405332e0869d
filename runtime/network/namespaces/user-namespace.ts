import { CLONE_NEWNET, CLONE_NEWUSER } from '../../syscall/constants/clone.ts';
import { AT_FDCWD, O_CLOEXEC, O_RDONLY, O_WRONLY } from '../../syscall/constants/fs.ts';
import { SIGCHLD } from '../../syscall/constants/process.ts';
import { numberedPath } from '../../syscall/decimal.ts';
import type { Address, Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { enterNamespace, keepNamespace } from './network-namespace.ts';
import { bringUp } from '../netlink/links.ts';
import { NetlinkSocket } from '../netlink/netlink-socket.ts';

/** Ids of a user namespace, and those of the host that they stand for (user_namespaces(7)). */
export interface IdMapping {
  readonly containerID: number;
  readonly hostID: number;
  readonly size: number;
}

/** The ids of a user namespace. */
export interface IdMaps {
  readonly uids: readonly IdMapping[];
  readonly gids: readonly IdMapping[];
}

/**
 * Adds steps that make a user namespace with these ids and a network namespace that belongs to it, with nothing but loopback,
 * which is up. Both are kept by mounts. The program is in the network namespace afterwards, with the rights that it had.
 * @throws EEXIST there is a file
 */
export function makeWithUsers(
  p: ProgramBuilder,
  {
    path,
    userPath,
    ids,
  }: { readonly path: string; readonly userPath: string; readonly ids: IdMaps },
): void {
  const label = 'make a network namespace with users of its own';
  const member = forkMember(p, { label, flags: CLONE_NEWUSER | CLONE_NEWNET });
  for (const [file, mappings] of [
    ['uid_map', ids.uids],
    ['gid_map', ids.gids],
  ] as const)
    writeMap(p, member.file(`/${file}`), mappings);
  keepNamespace(p, member.file('/ns/user'), userPath);
  keepNamespace(p, member.file('/ns/net'), path);
  member.end();
  bringUpLoopback(p, path);
}

/**
 * The same for a user namespace that is there already, at `userPath`: only the network namespace is made.
 * @throws EEXIST there is a file
 */
export function makeWithin(
  p: ProgramBuilder,
  { path, userPath }: { readonly path: string; readonly userPath: string },
): void {
  const label = `make a network namespace within ${userPath}`;
  const member = forkMember(p, {
    label,
    flags: 0,
    begin: () => {
      const args = [AT_FDCWD, p.string(userPath), O_RDONLY | O_CLOEXEC, 0];
      const users = p.call(label, 'openat', args);
      p.call(label, 'setns', [users, CLONE_NEWUSER]);
      p.call(label, 'unshare', [CLONE_NEWNET]);
    },
  });
  keepNamespace(p, member.file('/ns/net'), path);
  member.end();
  bringUpLoopback(p, path);
}

/** A process that is in the namespaces which are to be kept. */
interface Member {
  /** A file of it, below its folder in /proc. */
  readonly file: (suffix: string) => Address;
  readonly end: () => void;
}

/** Forks one, which has got there when the program goes on, and ends at the latest with the program. */
function forkMember(
  p: ProgramBuilder,
  {
    label,
    flags,
    begin,
  }: { readonly label: string; readonly flags: number; readonly begin?: () => void },
): Member {
  const [waits, holds] = makePipe(p, label);
  const [hears, says] = makePipe(p, label);
  const [parent, there] = [p.label(), p.label()];
  const child = p.call(label, 'clone', [flags | SIGCHLD, 0, 0, 0, 0]);
  p.jumpIf('ne', child, 0, parent);
  p.call(label, 'close', [holds]);
  p.call(label, 'close', [hears]);
  begin?.();
  p.call(label, 'write', [says, p.reserve(8), 1]);
  // Until the other end is closed, also because whoever holds it has died.
  p.call(label, 'read', [waits, p.reserve(8), 1], { onError: 'ignore' });
  p.exit(0);

  p.place(parent);
  p.call(label, 'close', [waits]);
  p.call(label, 'close', [says]);
  const length = p.call(label, 'read', [hears, p.reserve(8), 1]);
  p.jumpIf('eq', length, 1, there);
  // It has said itself what went wrong.
  p.exit(1);
  p.place(there);
  p.call(label, 'close', [hears]);
  return {
    file: (suffix) => numberedPath(p, { prefix: '/proc/', number: child, suffix }),
    end: () => {
      p.call(label, 'close', [holds]);
      p.call(label, 'wait4', [child, 0, 0, 0]);
    },
  };
}

function makePipe(p: ProgramBuilder, label: string): readonly [Ref, Ref] {
  const ends = p.reserve(8);
  p.call(label, 'pipe2', [ends, O_CLOEXEC]);
  return [p.value32(ends), p.value32(ends.at(4))];
}

/** All lines in one write(2): the kernel takes no second one. */
function writeMap(p: ProgramBuilder, file: Address, mappings: readonly IdMapping[]): void {
  const label = 'map the ids of a network namespace';
  const lines = mappings.map(
    ({ containerID, hostID, size }) => `${containerID} ${hostID} ${size}\n`,
  );
  const text = lines.join('');
  const fd = p.call(label, 'openat', [AT_FDCWD, file, O_WRONLY | O_CLOEXEC, 0]);
  p.call(label, 'write', [fd, p.string(text), text.length]);
  p.call(label, 'close', [fd]);
}

function bringUpLoopback(p: ProgramBuilder, path: string): void {
  enterNamespace(p, path);
  NetlinkSocket.open(p).do(bringUp({ name: 'lo' }));
}
