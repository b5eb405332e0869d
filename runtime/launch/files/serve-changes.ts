import {
  AT_REMOVEDIR,
  AT_SYMLINK_NOFOLLOW,
  O_CLOEXEC,
  O_CREAT,
  O_EXCL,
  O_NOFOLLOW,
  O_WRONLY,
  S_IFLNK,
  S_IFMT,
} from '../../syscall/constants/fs.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import type { Value } from '../../syscall/program.ts';
import { itemOperation } from '../../syscall/tree/item-protocol.ts';
import { destinationDescriptor, spareDescriptor } from '../mounts/host-descriptors.ts';
import { itemFolder } from './files-server.ts';
import type { FilesServer } from './files-server.ts';

const ignore = { onError: 'ignore' } as const;

/** Steps for the requests of a `TreeEditor`. All go on at the server's `reply`. */
export const changingOperations: readonly (readonly [number, (server: FilesServer) => void])[] = [
  [itemOperation.makeFolder, inFolder('mkdirat', ({ first }) => [first])],
  [itemOperation.makeNode, inFolder('mknodat', ({ first, second }) => [first, second])],
  [itemOperation.makeLink, serveSymbolicLink],
  [itemOperation.makeHardLink, serveHardLink],
  [itemOperation.remove, serveRemoval],
  [itemOperation.create, serveCreation],
  [itemOperation.write, serveWriting],
  [itemOperation.resize, serveResizing],
  [itemOperation.close, serveClosing],
  [
    itemOperation.own,
    inFolder('fchownat', ({ first, second }) => [first, second, AT_SYMLINK_NOFOLLOW]),
  ],
  [itemOperation.mode, serveMode],
  [itemOperation.touch, inFolder('utimensat', ({ times }) => [times, AT_SYMLINK_NOFOLLOW])],
  [itemOperation.setAttribute, serveAttribute],
];

/** A call that takes a folder and a name in it first. */
function inFolder(
  call: string,
  rest: (parts: FilesServer['parts']) => readonly Value[],
): (server: FilesServer) => void {
  return (server) => {
    const { parts, reply } = server;
    server.openFolder(reply);
    server.answerWith(call, call, [destinationDescriptor, parts.name, ...rest(parts)]);
  };
}

function serveSymbolicLink(server: FilesServer): void {
  const { parts, reply } = server;
  server.openFolder(reply);
  const args = [parts.rest, destinationDescriptor, parts.name];
  server.answerWith('make a link', 'symlinkat', args);
}

function serveHardLink(server: FilesServer): void {
  const { p, parts, reply } = server;
  server.openFolder(reply);
  p.call('hold the folder of a link', 'dup3', [destinationDescriptor, spareDescriptor, O_CLOEXEC]);
  server.openFolder(reply, parts.rest);
  const target = p.compute('add', parts.rest, parts.second);
  const args = [destinationDescriptor, target, spareDescriptor, parts.name, 0];
  server.answerWith('make a hard link', 'linkat', args);
}

function serveRemoval(server: FilesServer): void {
  const { p, parts, result, reply } = server;
  server.openFolder(reply);
  const args = [destinationDescriptor, parts.name] as const;
  p.set(result, p.call('remove a file', 'unlinkat', [...args, 0], ignore));
  p.jumpIf('ne', result, -errnoNumber('EISDIR'), reply);
  server.answerWith('remove a folder', 'unlinkat', [...args, AT_REMOVEDIR]);
}

/** It must not be there: who has put something in its place meanwhile, such as a pipe or a link, gets nothing opened. */
function serveCreation(server: FilesServer): void {
  const { p, parts, result, reply, file } = server;
  server.openFolder(reply);
  const flags = O_NOFOLLOW.or(O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC);
  const args = [destinationDescriptor, parts.name, flags, parts.first];
  const fd = p.call('make a file', 'openat', args, ignore);
  p.set(result, fd);
  p.jumpIf('lt', fd, 0, reply);
  p.set(file, fd);
  p.set(result, 0);
  p.jump(reply);
}

function serveWriting(server: FilesServer): void {
  const { p, parts, result, reply, file } = server;
  const [again, from, left, at] = [p.label(), p.reserve(8), p.reserve(8), p.reserve(8)];
  p.set(from, parts.rest);
  p.set(left, parts.restBytes);
  p.set(at, parts.first);
  p.place(again);
  const args = [file, p.value(from), p.value(left), p.value(at)];
  const written = p.call('write a file', 'pwrite64', args, ignore);
  p.set(result, written);
  p.jumpIf('lt', written, 0, reply);
  p.set(result, 0);
  p.set(left, p.compute('sub', p.value(left), written));
  p.set(from, p.compute('add', p.value(from), written));
  p.set(at, p.compute('add', p.value(at), written));
  p.jumpIf('ne', p.value(left), 0, again);
  p.jump(reply);
}

function serveResizing(server: FilesServer): void {
  server.answerWith('resize a file', 'ftruncate', [server.file, server.parts.first]);
}

function serveClosing(server: FilesServer): void {
  server.answerWith('close a file', 'close', [server.file]);
}

/** By the descriptor of what was looked at: chmod(2) would follow a link that has taken its place. */
function serveMode(server: FilesServer): void {
  const { p, parts, reply } = server;
  server.openItem(reply);
  p.jumpIf('eq', p.compute('and', server.mode(), S_IFMT), S_IFLNK, reply);
  const args = [itemFolder, server.itemPath, parts.first];
  server.answerWith('set a mode', 'fchmodat', args);
}

function serveAttribute(server: FilesServer): void {
  const { p, parts, reply } = server;
  server.openItem(reply);
  const value = p.compute('add', parts.rest, parts.second);
  const args = [server.itemPath, parts.rest, value, parts.first, 0];
  server.answerWith('set an attribute', 'setxattr', args);
}
