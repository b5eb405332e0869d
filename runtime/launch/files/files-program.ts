import {
  AT_FDCWD,
  F_SETPIPE_SZ,
  O_CLOEXEC,
  O_DIRECTORY,
  O_PATH,
} from '../../syscall/constants/fs.ts';
import { PR_SET_NAME, PR_SET_PDEATHSIG, SIGKILL } from '../../syscall/constants/process.ts';
import { launcherFd } from '../../syscall/launcher-program.ts';
import type { Address } from '../../syscall/program.ts';
import { ProgramBuilder } from '../../syscall/program-builder.ts';
import { itemField, itemRequestSize, maxItemTextBytes } from '../../syscall/tree/item-protocol.ts';
import { dataSize, receive } from '../../syscall/tree/tree-pipes.ts';
import type { TreeServer } from '../../syscall/tree/tree-pipes.ts';
import { rootDescriptor } from '../mounts/host-descriptors.ts';
import { openHostProc } from '../namespaces/host-proc-file.ts';
import { FilesServer } from './files-server.ts';
import { changingOperations } from './serve-changes.ts';
import { readingOperations } from './serve-reading.ts';

const pipeSize = 1024 * 1024;

/**
 * A program that serves the files of a container over two pipes, to be read and to be changed, until the other side closes
 * them (`item-protocol.ts`). It loads nothing of the container (CVE-2019-14271). Its reply is four ints: the ends of the
 * pipes, requests first.
 *
 * @param enter makes the root of the process that of the container, in mounts of its own
 */
export function filesProgram(enter: (p: ProgramBuilder) => void): ProgramBuilder {
  const p = new ProgramBuilder('open the files of a container');
  const proc = openHostProc(p, '/proc', 'open /proc');
  enter(p);
  // A change of user clears it.
  p.call('end with the launcher', 'prctl', [PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0]);
  p.call('name the process', 'prctl', [PR_SET_NAME, p.string('berth-files')]);
  p.call('clear the umask', 'umask', [0]);
  const flags = O_DIRECTORY.or(O_PATH | O_CLOEXEC);
  const root = p.call('open the root', 'openat', [AT_FDCWD, p.string('/'), flags, 0]);
  p.call('hold the root', 'dup3', [root, rootDescriptor, O_CLOEXEC]);
  p.call('hold the root', 'close', [root]);
  p.call('enter /proc', 'fchdir', [proc]);
  p.call('close /proc', 'close', [proc]);
  serve(p);
  p.exit(0);
  return p;
}

function serve(p: ProgramBuilder): void {
  const ends = p.reserve(16);
  p.call('make the pipe for requests', 'pipe2', [ends, O_CLOEXEC]);
  p.call('make the pipe for answers', 'pipe2', [ends.at(8), O_CLOEXEC]);
  const [requests, toRequests] = [p.value32(ends), p.value32(ends.at(4))];
  const [fromAnswers, answers] = [p.value32(ends.at(8)), p.value32(ends.at(12))];
  p.call('widen the pipe', 'fcntl', [answers, F_SETPIPE_SZ, pipeSize], { onError: 'ignore' });
  p.reply(ends, 16);
  p.call('close the launcher socket', 'close', [launcherFd]);
  const text = p.reserve(maxItemTextBytes);
  const request = p.reserve(itemRequestSize);
  const pipes: TreeServer = {
    ...{ p, requests, answers, request },
    path: p.compute('add', text, 0),
    data: p.reserve(dataSize),
    end: p.label(),
  };
  // The other side has opened its ends when it says hello: only then may these be closed.
  receive(pipes, { to: request, length: itemRequestSize });
  p.call('close the other end', 'close', [toRequests]);
  p.call('close the other end', 'close', [fromAnswers]);
  answerAll(pipes, text);
  p.place(pipes.end);
}

function answerAll(pipes: TreeServer, text: Address): void {
  const { p, request, end } = pipes;
  const [next, field] = [p.label(), (at: number) => p.value(request.at(at))];
  const [name, rest] = [p.value(p.reserve(8)), p.value(p.reserve(8))];
  const server = new FilesServer(pipes, {
    folder: pipes.path,
    name,
    rest,
    restBytes: field(itemField.restBytes),
    first: field(itemField.first),
    second: field(itemField.second),
    times: request.at(itemField.times),
  });
  p.place(next);
  receive(pipes, { to: request, length: itemRequestSize });
  p.set(name, p.compute('add', text, field(itemField.pathBytes)));
  p.set(rest, p.compute('add', name, field(itemField.nameBytes)));
  const length = p.compute(
    'sub',
    p.compute('add', rest, field(itemField.restBytes)),
    p.compute('add', text, 0),
  );
  p.jumpIf('lt', maxItemTextBytes, length, end);
  receive(pipes, { to: text, length });
  for (const [number, handle] of [...readingOperations, ...changingOperations]) {
    const other = p.label();
    p.jumpIf('ne', field(itemField.operation), number, other);
    handle(server, next);
    p.place(other);
  }
  // What nobody would ask for.
  p.jump(end);
  p.place(server.reply);
  server.sendResult();
  p.jump(next);
  server.finish();
}
