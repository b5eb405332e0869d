import {
  AT_FDCWD,
  O_CLOEXEC,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_RDONLY,
  S_IFMT,
  S_IFREG,
  SEEK_DATA,
  SEEK_HOLE,
} from '../constants/fs.ts';
import { errnoNumber } from '../errno.ts';
import type { Ref, Value } from '../program.ts';
import { statMode, statSize } from './stat.ts';
import { dataSize, send } from './tree-pipes.ts';
import type { TreeServer } from './tree-pipes.ts';
import { answerSize, pieceSize } from './tree-protocol.ts';

/** Steps that answer a request for the content of a regular file. */
export function serveContent(server: TreeServer): void {
  const { p, path, request } = server;
  const [answer, stat] = [p.reserve(answerSize), p.reserve(statSize)];
  const [refused, done, notFile] = [p.label(), p.label(), p.label()];
  // A fifo that has taken the file's place must not hold everything up.
  const flags = O_NOFOLLOW.or(O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  const fd = p.call('open a file', 'openat', [AT_FDCWD, path, flags, 0], { onError: refused });
  p.call('look at the file', 'fstat', [fd, stat]);
  const mode = p.compute('and', p.load(32, p.compute('add', stat, statMode)), S_IFMT);
  p.jumpIf('ne', mode, S_IFREG, notFile);
  p.set(answer, 0);
  send(server, [answer, answerSize]);
  sendPieces(server, { fd, limit: p.value(request.at(24)) });
  p.call('close the file', 'close', [fd]);
  p.jump(done);
  p.place(notFile);
  p.call('close the file', 'close', [fd]);
  p.set(fd, -errnoNumber('EINVAL'));
  p.place(refused);
  p.set(answer, fd);
  send(server, [answer, answerSize]);
  p.place(done);
}

/** Data as it is, holes as a number: nobody reads the zeros of a sparse file (lseek(2), SEEK_DATA). */
export function sendPieces(
  server: TreeServer,
  { fd, limit }: { readonly fd: Ref; readonly limit: Ref },
): void {
  const { p, data } = server;
  const piece = p.reserve(pieceSize);
  const [position, until] = [p.reserve(8), p.reserve(8)];
  const [extent, chunk, end] = [p.label(), p.label(), p.label()];
  p.set(position, 0);

  p.place(extent);
  p.jumpIf('ge', p.value(position), limit, end);
  const seek = (whence: number, from: Value): Ref =>
    p.call('look for data', 'lseek', [fd, from, whence], { onError: 'ignore' });
  const start = seek(SEEK_DATA, p.value(position));
  // Nothing but a hole to the end.
  p.jumpIf('eq', start, -errnoNumber('ENXIO'), end);
  const known = p.label();
  p.jumpIf('ge', start, 0, known);
  p.set(start, p.value(position));
  p.place(known);
  p.jumpIf('ge', start, limit, end);
  const stop = seek(SEEK_HOLE, start);
  const [all, bounded] = [p.label(), p.label()];
  p.jumpIf('lt', stop, 0, all);
  p.jumpIf('lt', stop, limit, bounded);
  p.place(all);
  p.set(stop, limit);
  p.place(bounded);
  p.set(until, stop);
  p.jumpIf('eq', start, p.value(position), chunk);
  p.set(piece, 0);
  p.set(piece.at(8), p.compute('sub', start, p.value(position)));
  send(server, [piece, pieceSize]);
  p.set(position, start);

  p.place(chunk);
  p.jumpIf('ge', p.value(position), p.value(until), extent);
  const want = p.compute('sub', p.value(until), p.value(position));
  const fits = p.label();
  p.jumpIf('lt', want, dataSize, fits);
  p.set(want, dataSize);
  p.place(fits);
  const args = [fd, data, want, p.value(position)];
  const length = p.call('read a file', 'pread64', args, { onError: 'ignore' });
  // Shorter than it was, or not readable: the receiver sees that bytes are missing.
  p.jumpIf('lt', length, 1, end);
  p.set(piece, length);
  p.set(piece.at(8), 0);
  send(server, [piece, pieceSize], [data, length]);
  p.set(position, p.compute('add', p.value(position), length));
  p.jump(chunk);

  p.place(end);
  p.set(piece, 0);
  p.set(piece.at(8), 0);
  send(server, [piece, pieceSize]);
}
