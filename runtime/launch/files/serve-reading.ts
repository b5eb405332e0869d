import {
  O_CLOEXEC,
  O_DIRECTORY,
  O_NOCTTY,
  O_NONBLOCK,
  O_RDONLY,
  S_IFDIR,
  S_IFMT,
  S_IFREG,
} from '../../syscall/constants/fs.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import type { Label } from '../../syscall/program.ts';
import { sendPieces } from '../../syscall/tree/serve-content.ts';
import { statSize } from '../../syscall/tree/stat.ts';
import { dataSize, send } from '../../syscall/tree/tree-pipes.ts';
import { answerSize, operation } from '../../syscall/tree/tree-protocol.ts';
import { spareDescriptor } from '../mounts/host-descriptors.ts';
import { itemFolder } from './files-server.ts';
import type { FilesServer } from './files-server.ts';

/** The kernel's limits of a list of attributes and of a value (include/uapi/linux/limits.h). */
const attributeSize = 64 * 1024;
const linkSize = 4096;
const ignore = { onError: 'ignore' } as const;

/** Steps for the requests of a `TreeReader`. Each goes on at `next`, or at the server's `reply`. */
export const readingOperations: readonly (readonly [
  number,
  (server: FilesServer, next: Label) => void,
])[] = [
  [operation.list, serveList],
  [operation.describe, serveDescription],
  [operation.attribute, serveAttribute],
  [operation.content, serveContent],
];

function serveList(server: FilesServer, next: Label): void {
  const { p, data, reply, result } = server;
  const answer = p.reserve(answerSize);
  const [isFolder, again, last] = [p.label(), p.label(), p.label()];
  server.openItem(reply);
  p.jumpIf('eq', p.compute('and', server.mode(), S_IFMT), S_IFDIR, isFolder);
  p.set(result, -errnoNumber('ENOTDIR'));
  p.jump(reply);
  p.place(isFolder);
  const flags = O_DIRECTORY.or(O_RDONLY | O_CLOEXEC);
  const fd = p.call('open a folder', 'openat', [spareDescriptor, p.string('.'), flags, 0], ignore);
  p.set(result, fd);
  p.jumpIf('lt', fd, 0, reply);
  p.place(again);
  const length = p.call('list', 'getdents64', [fd, data, dataSize], ignore);
  p.set(answer, length);
  p.jumpIf('lt', length, 1, last);
  send(server, [answer, answerSize], [data, length]);
  p.jump(again);
  p.place(last);
  p.call('close the folder', 'close', [fd]);
  send(server, [answer, answerSize]);
  p.jump(next);
}

function serveDescription(server: FilesServer, next: Label): void {
  const { p, status } = server;
  const answer = p.reserve(answerSize);
  const [names, target] = [p.reserve(attributeSize), p.reserve(linkSize)];
  const failed = p.label();
  for (const at of [8, 16]) p.set(answer.at(at), 0);
  server.openItem(failed);
  const listing = [server.itemPath, names, attributeSize];
  const reading = [spareDescriptor, p.string(''), target, linkSize];
  for (const [result, at] of [
    [p.call('list attributes', 'listxattr', listing, ignore), 8],
    [p.call('read a link', 'readlinkat', reading, ignore), 16],
  ] as const) {
    // No attributes, or none on this file system; no link: nothing to send.
    const nothing = p.label();
    p.jumpIf('lt', result, 0, nothing);
    p.set(answer.at(at), result);
    p.place(nothing);
  }
  p.place(failed);
  p.set(answer, server.result);
  const lengths = [p.value(answer.at(8)), p.value(answer.at(16))] as const;
  send(server, [answer, answerSize], [status, statSize], [names, lengths[0]], [target, lengths[1]]);
  p.jump(next);
}

function serveAttribute(server: FilesServer, next: Label): void {
  const { p, parts, result, reply } = server;
  const [answer, value] = [p.reserve(answerSize), p.reserve(attributeSize)];
  server.openItem(reply);
  const args = [server.itemPath, parts.rest, value, attributeSize];
  p.set(result, p.call('read an attribute', 'getxattr', args, ignore));
  p.jumpIf('lt', result, 0, reply);
  p.set(answer, result);
  send(server, [answer, answerSize], [value, result]);
  p.jump(next);
}

/**
 * What was looked at and is a file is opened by its descriptor, whatever has its name by now: to open a device does something
 * (a watchdog restarts the host), and this process is in no cgroup that would forbid it.
 */
function serveContent(server: FilesServer, next: Label): void {
  const { p, parts, result, reply } = server;
  const isFile = p.label();
  server.openItem(reply);
  p.jumpIf('eq', p.compute('and', server.mode(), S_IFMT), S_IFREG, isFile);
  p.set(result, -errnoNumber('EINVAL'));
  p.jump(reply);
  p.place(isFile);
  const flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  const fd = p.call('open a file', 'openat', [itemFolder, server.itemPath, flags, 0], ignore);
  p.set(result, fd);
  p.jumpIf('lt', fd, 0, reply);
  p.set(result, 0);
  server.sendResult();
  sendPieces(server, { fd, limit: parts.first });
  p.call('close the file', 'close', [fd]);
  p.jump(next);
}
