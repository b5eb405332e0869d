import type { EncodeQuestion } from './tree-reader.ts';

/**
 * What is said to a program that serves the files of a container, to read and to change them (`runtime/launch/files`). It
 * answers as in `tree-protocol.ts`. What something is done with has two parts: a folder, whose path is resolved within the
 * container's root whatever links lead there, and a name in it, which is not followed. All numbers are 64 bits, little-endian.
 *
 *     operation | bytes of the folder's path | of the name | of the rest | two numbers | two struct timespec
 *
 * Then the three texts; path and name end with a NUL.
 */
export const itemRequestSize = 80;

/** Where each part of a request is. */
export const itemField = {
  operation: 0,
  pathBytes: 8,
  nameBytes: 16,
  restBytes: 24,
  first: 32,
  second: 40,
  times: 48,
} as const;

/** Bytes that a write, or a request's texts, have at most. */
export const maxPieceBytes = 256 * 1024;
export const maxItemTextBytes = maxPieceBytes + 16 * 1024;

/** What can be asked for; each change answers with 0 or the negative errno. */
export const itemOperation = {
  /** First: the mode. */
  makeFolder: 16,
  /** First: type and mode. Second: the device's number. */
  makeNode: 17,
  /** Rest: the target, with a NUL. */
  makeLink: 18,
  /** Rest: folder of the file that is to have another name, and its name there. Second: bytes of the folder's path. */
  makeHardLink: 19,
  /** A file, or an empty folder. */
  remove: 20,
  /** Makes a file, which is then the one that is written to. First: the mode. */
  create: 21,
  /** Rest: bytes. First: where in the file. */
  write: 22,
  /** First: the size of the file that is written to. */
  resize: 23,
  /** Ends the writing. */
  close: 24,
  /** First: the user. Second: the group. */
  own: 25,
  /** First: the mode; of a symbolic link nothing is changed. */
  mode: 26,
  /** The times are those of the request. */
  touch: 27,
  /** Rest: name of an extended attribute and its value. First: bytes of the value. Second: of the name. */
  setAttribute: 28,
} as const;

/** One request, but for what is done with which names. */
export interface ItemRequest {
  readonly operation: number;
  readonly path: string;
  readonly rest?: Uint8Array;
  readonly first?: number;
  readonly second?: number;
  readonly time?: { readonly seconds: number; readonly nanoseconds: number };
}

/** A path as folder and name: what ends in a slash is what a link leads to. */
export function splitPath(path: string): { readonly folder: string; readonly name: string } {
  const at = path.lastIndexOf('/');
  const name = path.slice(at + 1);
  if (at === -1) return { folder: '.', name: name === '' ? '.' : name };
  return { folder: path.slice(0, at) || '/', name: name === '' ? '.' : name };
}

/** Writes a request. Names are byte strings (latin1). */
export function encodeItemRequest(request: ItemRequest): Buffer {
  const { operation, path, rest = new Uint8Array(0), first = 0, second = 0, time } = request;
  const { folder, name } = splitPath(path);
  const head = Buffer.alloc(itemRequestSize);
  const numbers = [operation, folder.length + 1, name.length + 1, rest.byteLength, first, second];
  numbers.forEach((value, i) => head.writeBigInt64LE(BigInt(value), 8 * i));
  if (time) {
    for (const at of [itemField.times, itemField.times + 16]) {
      head.writeBigInt64LE(BigInt(time.seconds), at);
      head.writeBigInt64LE(BigInt(time.nanoseconds), at + 8);
    }
  }
  return Buffer.concat([head, Buffer.from(`${folder}\0${name}\0`, 'latin1'), rest]);
}

/** For a `TreeReader` of such a program. */
export const encodeItemQuestion: EncodeQuestion = (operation, path, { name, limitBytes }) =>
  encodeItemRequest({
    operation,
    path,
    rest: Buffer.from(`${name}\0`, 'latin1'),
    first: limitBytes,
  });
