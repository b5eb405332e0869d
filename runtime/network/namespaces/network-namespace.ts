import { AT_FDCWD, O_CLOEXEC, O_CREAT, O_EXCL, O_RDONLY } from '../../syscall/constants/fs.ts';
import { CLONE_NEWNET } from '../../syscall/constants/clone.ts';
import { MNT_DETACH, MS_BIND } from '../../syscall/constants/mount.ts';
import type { Address } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { bringUp } from '../netlink/links.ts';
import { NetlinkSocket } from '../netlink/netlink-socket.ts';

/** Where the descriptor of a namespace is that the program has opened, so that requests can name it: IFLA_NET_NS_FD. */
export const namespaceFd = 100;

/**
 * Adds steps that make a network namespace with nothing but loopback, which is up, and keep it by a mount at `path`: it is
 * there without any process in it (network_namespaces(7)). The program is in it afterwards.
 * @throws EEXIST there is a file
 */
export function makeNamespace(p: ProgramBuilder, path: string): void {
  p.call('make a network namespace', 'unshare', [CLONE_NEWNET]);
  keepNamespace(p, p.string('/proc/self/ns/net'), path);
  NetlinkSocket.open(p).do(bringUp({ name: 'lo' }));
}

/**
 * Adds steps that keep a namespace, of any kind, by a mount at `path`, where a file is made.
 * @param namespace a file of the namespace, such as `/proc/self/ns/net`
 * @throws EEXIST there is a file
 */
export function keepNamespace(p: ProgramBuilder, namespace: Address, path: string): void {
  const place = p.string(path);
  const flags = O_CREAT | O_EXCL | O_CLOEXEC;
  const file = p.call(`make ${path}`, 'openat', [AT_FDCWD, place, O_RDONLY | flags, 0o444]);
  p.call(`make ${path}`, 'close', [file]);
  p.call(`keep the namespace at ${path}`, 'mount', [namespace, place, 0, MS_BIND, 0]);
}

/** Adds steps that go into a namespace; its descriptor is then `namespaceFd`. */
export function enterNamespace(p: ProgramBuilder, path: string): void {
  const label = `open the network namespace ${path}`;
  const fd = p.call(label, 'openat', [AT_FDCWD, p.string(path), O_RDONLY | O_CLOEXEC, 0]);
  p.call(label, 'dup3', [fd, namespaceFd, O_CLOEXEC]);
  p.call(label, 'close', [fd]);
  p.call(`enter the network namespace ${path}`, 'setns', [namespaceFd, CLONE_NEWNET]);
}

/** Adds steps that are done in a namespace, where the program then is, if it is there. */
export function ifNamespaceIsThere(p: ProgramBuilder, path: string, steps: () => void): void {
  const onError = 'ignore';
  const gone = p.label();
  const label = `open the network namespace ${path}`;
  const args = [AT_FDCWD, p.string(path), O_RDONLY | O_CLOEXEC, 0];
  const fd = p.call(label, 'openat', args, { onError });
  p.jumpIf('lt', fd, 0, gone);
  const entered = p.call(`enter ${path}`, 'setns', [fd, CLONE_NEWNET], { onError });
  p.call(label, 'close', [fd]);
  p.jumpIf('lt', entered, 0, gone);
  steps();
  p.place(gone);
}

/** Adds steps that let go of a namespace: it ends, with its interfaces, with the last process in it. Fine when it is gone. */
export function releaseNamespace(p: ProgramBuilder, path: string): void {
  const place = p.string(path);
  p.call(`release ${path}`, 'umount2', [place, MNT_DETACH], { onError: 'ignore' });
  p.call(`remove ${path}`, 'unlinkat', [AT_FDCWD, place, 0], { onError: 'ignore' });
}
