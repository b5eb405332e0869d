import { CLONE_NEWNS } from '../constants/clone.ts';
import {
  AT_FDCWD,
  AT_SYMLINK_NOFOLLOW,
  F_SETPIPE_SZ,
  O_CLOEXEC,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_RDONLY,
} from '../constants/fs.ts';
import { MS_BIND, MS_NODEV, MS_PRIVATE, MS_REC, MS_REMOUNT } from '../constants/mount.ts';
import { PR_SET_NAME, PR_SET_PDEATHSIG, SIGKILL } from '../constants/process.ts';
import { launcherFd } from '../launcher-program.ts';
import { mountOverlay } from '../overlay-mount.ts';
import { errnoNumber } from '../errno.ts';
import type { Address } from '../program.ts';
import { ProgramBuilder } from '../program-builder.ts';
import { serveContent } from './serve-content.ts';
import { statSize } from './stat.ts';
import { dataSize, receive, send } from './tree-pipes.ts';
import type { TreeServer } from './tree-pipes.ts';
import { answerSize, maxTextBytes, operation, requestSize } from './tree-protocol.ts';

/** What is read: a folder, or several as overlayfs shows them (topmost first). Absolute paths. */
export type TreeView =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'overlay'; readonly layers: readonly string[] };

/** The kernel's limits of a list of attributes and of a value (include/uapi/linux/limits.h). */
const attributeSize = 64 * 1024;
const linkSize = 4096;
const pipeSize = 1024 * 1024;

/**
 * A program that serves the files below a folder, over two pipes of its own making, until the other side closes them. It
 * is in a chroot of the folder, so that a link which a running container puts in the way cannot lead outside, no device can
 * be opened there, and an
 * overlay is mounted in a mount namespace that nobody else sees and that goes with it.
 *
 * Its reply is four ints: the ends of the two pipes, requests first.
 */
export function treeProgram(view: TreeView): ProgramBuilder {
  const p = new ProgramBuilder('read a tree');
  p.call('end with the launcher', 'prctl', [PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0]);
  p.call('name the process', 'prctl', [PR_SET_NAME, p.string('berth-tree')]);
  enterView(p, view);
  const ends = p.reserve(16);
  p.call('make the pipe for requests', 'pipe2', [ends, O_CLOEXEC]);
  p.call('make the pipe for answers', 'pipe2', [ends.at(8), O_CLOEXEC]);
  const [requests, toRequests] = [p.value32(ends), p.value32(ends.at(4))];
  const [fromAnswers, answers] = [p.value32(ends.at(8)), p.value32(ends.at(12))];
  p.call('widen the pipe', 'fcntl', [answers, F_SETPIPE_SZ, pipeSize], { onError: 'ignore' });
  p.reply(ends, 16);
  p.call('close the launcher socket', 'close', [launcherFd]);

  const text = p.reserve(maxTextBytes);
  const server: TreeServer = {
    p,
    requests,
    answers,
    request: p.reserve(requestSize),
    path: p.compute('add', text, 0),
    data: p.reserve(dataSize),
    end: p.label(),
  };
  // The other side has opened its ends when it says hello: only then may these be closed.
  receive(server, { to: server.request, length: requestSize });
  p.call('close the other end', 'close', [toRequests]);
  p.call('close the other end', 'close', [fromAnswers]);
  serve(server, text);
  p.place(server.end);
  p.exit(0);
  return p;
}

/** Makes a view of files the root of the process, in a mount namespace of its own, where no device can be opened. */
export function enterView(p: ProgramBuilder, view: TreeView): void {
  const layers = view.kind === 'folder' ? [view.path] : view.layers;
  const [top = '/'] = layers;
  p.call('make a mount namespace', 'unshare', [CLONE_NEWNS]);
  p.call('keep the mounts private', 'mount', [0, p.string('/'), 0, MS_PRIVATE | MS_REC, 0]);
  // On top of one of its own layers, which overlayfs has opened by then: no folder has to be made for it.
  if (layers.length > 1) mountOverlay(p, { lower: layers }, top);
  else p.call(`bind ${top} to itself`, 'mount', [p.string(top), p.string(top), 0, MS_BIND, 0]);
  forbidDevices(p, top);
  p.call(`enter ${top}`, 'chroot', [p.string(top)]);
  p.call(`enter ${top}`, 'chdir', [p.string('/')]);
}

/**
 * A running container may put a device in a file's place at any moment. To open one can restart the host (a watchdog), and
 * this process is in no device cgroup that would forbid it. In a user namespace the mount may have flags that must stay as
 * they are (EPERM); no device of the host is to be had there anyway.
 */
function forbidDevices(p: ProgramBuilder, top: string): void {
  const label = `forbid devices in ${top}`;
  const done = p.label();
  const flags = MS_REMOUNT | MS_BIND | MS_NODEV;
  const result = p.call(label, 'mount', [0, p.string(top), 0, flags, 0], { onError: 'ignore' });
  for (const fine of [0, -errnoNumber('EPERM')]) p.jumpIf('eq', result, fine, done);
  p.fail(label, p.compute('sub', 0, result));
  p.place(done);
}

function serve(server: TreeServer, text: Address): void {
  const { p, request } = server;
  const next = p.label();
  p.place(next);
  receive(server, { to: request, length: requestSize });
  const length = p.compute('add', p.value(request.at(8)), p.value(request.at(16)));
  p.jumpIf('lt', maxTextBytes, length, server.end);
  receive(server, { to: text, length });
  const handlers: readonly (readonly [number, (server: TreeServer) => void])[] = [
    [operation.list, serveList],
    [operation.describe, serveDescription],
    [operation.attribute, serveAttribute],
    [operation.content, serveContent],
  ];
  for (const [number, handle] of handlers) {
    const other = p.label();
    p.jumpIf('ne', p.value(request), number, other);
    handle(server);
    p.jump(next);
    p.place(other);
  }
}

function serveList(server: TreeServer): void {
  const { p, path, data } = server;
  const answer = p.reserve(answerSize);
  const failed = p.label();
  const again = p.label();
  const done = p.label();
  const flags = O_DIRECTORY.or(O_NOFOLLOW).or(O_RDONLY | O_CLOEXEC);
  const fd = p.call('open a folder', 'openat', [AT_FDCWD, path, flags, 0], { onError: failed });
  p.place(again);
  const length = p.call('list', 'getdents64', [fd, data, dataSize], { onError: 'ignore' });
  p.set(answer, length);
  const last = p.label();
  p.jumpIf('lt', length, 1, last);
  send(server, [answer, answerSize], [data, length]);
  p.jump(again);
  p.place(last);
  p.call('close the folder', 'close', [fd]);
  send(server, [answer, answerSize]);
  p.jump(done);
  p.place(failed);
  p.set(answer, fd);
  send(server, [answer, answerSize]);
  p.place(done);
}

function serveDescription(server: TreeServer): void {
  const { p, path } = server;
  const [answer, stat] = [p.reserve(answerSize), p.reserve(statSize)];
  const [names, target] = [p.reserve(attributeSize), p.reserve(linkSize)];
  const ignore = { onError: 'ignore' } as const;
  const args = [AT_FDCWD, path, stat, AT_SYMLINK_NOFOLLOW];
  p.set(answer, p.call('stat', 'newfstatat', args, ignore));
  const listed = p.call('list attributes', 'llistxattr', [path, names, attributeSize], ignore);
  const read = p.call('read a link', 'readlinkat', [AT_FDCWD, path, target, linkSize], ignore);
  for (const [result, at] of [
    [listed, 8],
    [read, 16],
  ] as const) {
    // No attributes, or none on this file system; no link: nothing to send.
    const positive = p.label();
    p.jumpIf('ge', result, 0, positive);
    p.set(result, 0);
    p.place(positive);
    p.set(answer.at(at), result);
  }
  send(server, [answer, answerSize], [stat, statSize], [names, listed], [target, read]);
}

function serveAttribute(server: TreeServer): void {
  const { p, path, request } = server;
  const [answer, value] = [p.reserve(answerSize), p.reserve(attributeSize)];
  const name = p.compute('add', path, p.value(request.at(8)));
  const args = [path, name, value, attributeSize];
  const length = p.call('read an attribute', 'lgetxattr', args, { onError: 'ignore' });
  p.set(answer, length);
  const positive = p.label();
  p.jumpIf('ge', length, 0, positive);
  p.set(length, 0);
  p.place(positive);
  send(server, [answer, answerSize], [value, length]);
}
