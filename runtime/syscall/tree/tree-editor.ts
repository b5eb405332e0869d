import { BerthError } from '../../errors/berth-error.ts';
import { errnoMessage } from '../../host/errno-message.ts';
import { errnoName } from '../errno.ts';
import { encodeItemRequest, itemOperation, maxPieceBytes, splitPath } from './item-protocol.ts';
import type { ItemRequest } from './item-protocol.ts';
import type { TreeConnection } from './tree-connection.ts';
import { answerSize } from './tree-protocol.ts';

/** Pieces of a file that are on their way before the first is known to have been written. */
const window = 8;

/**
 * Changes files below a root; the other end is that of a `TreeReader` over the same connection. Paths are those of such a
 * reader: the folders on the way are resolved within the root, the last name is never followed.
 *
 * All throw TREE_UNCHANGED with the kernel's errno, and TREE_UNREADABLE when the program has ended.
 */
export class TreeEditor {
  readonly #connection: TreeConnection;

  constructor(connection: TreeConnection) {
    this.#connection = connection;
  }

  makeFolder(path: string, mode: number): Promise<void> {
    return this.#change('mkdir', { operation: itemOperation.makeFolder, path, first: mode });
  }

  /** @param kind type (S_IFCHR ...) with the mode, and the kernel's number of a device */
  makeNode(path: string, kind: { readonly mode: number; readonly device: number }): Promise<void> {
    const { mode: first, device: second } = kind;
    return this.#change('mknod', { operation: itemOperation.makeNode, path, first, second });
  }

  makeSymbolicLink(path: string, target: string): Promise<void> {
    const rest = Buffer.from(`${target}\0`, 'latin1');
    return this.#change('symlink', { operation: itemOperation.makeLink, path, rest });
  }

  /** Gives the file at `target` another name. */
  makeHardLink(path: string, target: string): Promise<void> {
    const { folder, name } = splitPath(target);
    const rest = Buffer.from(`${folder}\0${name}\0`, 'latin1');
    const second = folder.length + 1;
    return this.#change('link', { operation: itemOperation.makeHardLink, path, rest, second });
  }

  /** Removes a file, or an empty folder. */
  remove(path: string): Promise<void> {
    return this.#change('unlink', { operation: itemOperation.remove, path });
  }

  /** Makes a file; pieces that are no bytes are holes. Nothing else may be asked for until it is done. */
  async writeFile(path: string, mode: number, content: AsyncIterable<Uint8Array>): Promise<void> {
    await this.#change('open', { operation: itemOperation.create, path, first: mode });
    try {
      await this.#writePieces(path, content);
    } finally {
      // What went wrong before is what counts.
      await this.#change('close', { operation: itemOperation.close, path }).catch(() => undefined);
    }
  }

  /** @param owner ids; those of a symbolic link are the link's own */
  own(path: string, owner: { readonly uid: number; readonly gid: number }): Promise<void> {
    const { uid: first, gid: second } = owner;
    return this.#change('lchown', { operation: itemOperation.own, path, first, second });
  }

  /** Permission bits, with setuid, setgid and sticky; nothing happens to a symbolic link. */
  setMode(path: string, mode: number): Promise<void> {
    return this.#change('chmod', { operation: itemOperation.mode, path, first: mode });
  }

  /** The times of the last access and of the last change of content. */
  touch(
    path: string,
    time: { readonly seconds: number; readonly nanoseconds: number },
  ): Promise<void> {
    return this.#change('chtimes', { operation: itemOperation.touch, path, time });
  }

  setAttribute(path: string, name: string, value: Uint8Array): Promise<void> {
    const text = Buffer.from(`${name}\0`);
    const rest = Buffer.concat([text, value]);
    const numbers = { first: value.byteLength, second: text.byteLength };
    return this.#change('lsetxattr', {
      operation: itemOperation.setAttribute,
      path,
      rest,
      ...numbers,
    });
  }

  async #writePieces(path: string, content: AsyncIterable<Uint8Array>): Promise<void> {
    const under: Promise<void>[] = [];
    let at = 0;
    for await (const chunk of content) {
      for (let from = 0; from < chunk.byteLength; from += maxPieceBytes) {
        const rest = chunk.subarray(from, from + maxPieceBytes);
        if (!isZero(rest)) {
          const written = this.#change('write', {
            operation: itemOperation.write,
            path,
            rest,
            first: at,
          });
          written.catch(() => undefined);
          under.push(written);
        }
        at += rest.byteLength;
        if (under.length >= window) await under.shift();
      }
    }
    for (const written of under) await written;
    // What is zero has been left out: it is a hole, also at the end.
    await this.#change('truncate', { operation: itemOperation.resize, path, first: at });
  }

  async #change(what: string, request: ItemRequest): Promise<void> {
    this.#connection.ask(encodeItemRequest(request));
    const answer = await this.#connection.answers.inTurn((answers) => answers.exactly(answerSize));
    const result = Number(answer.readBigInt64LE());
    if (result >= 0) return;
    const errno = errnoName(-result);
    const path = Buffer.from(request.path, 'latin1').toString();
    throw new BerthError('TREE_UNCHANGED', {
      message: `${what} ${path}: ${errnoMessage(errno)}`,
      remedy: 'Look at what is at the path, and whether there is room.',
      details: { path, errno },
    });
  }
}

/** Zeros are not written: a file that was sparse stays so. */
function isZero(bytes: Uint8Array): boolean {
  return bytes[0] === 0 && Buffer.compare(bytes.subarray(1), bytes.subarray(0, -1)) === 0;
}
