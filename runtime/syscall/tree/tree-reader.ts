import { BerthError } from '../../errors/berth-error.ts';
import { errnoName } from '../errno.ts';
import type { AnswerStream } from './answer-stream.ts';
import { parseDirectoryEntries } from './directory-entries.ts';
import { decodeStat, statSize } from './stat.ts';
import type { FileStatus } from './stat.ts';
import { TreeConnection } from './tree-connection.ts';
import type { TreeRunner } from './tree-connection.ts';
import { treeProgram } from './tree-program.ts';
import type { TreeView } from './tree-program.ts';
import { answerSize, maxTextBytes, operation, pieceSize, requestSize } from './tree-protocol.ts';

/** A file, without its content. */
export interface TreeEntry extends FileStatus {
  /** Target of a symbolic link, one character a byte (latin1); empty for everything else. */
  readonly linkTarget: string;
  /** Names of the extended attributes, sorted. */
  readonly attributeNames: readonly string[];
}

/** A part of a file's content: bytes, or a hole of so many zeros. */
export type ContentPiece = Uint8Array | { readonly holeBytes: number };

/**
 * Reads files below a folder, or of several folders as overlayfs shows them. Whoever changes them meanwhile, such as a
 * running container, can change what is read, but not where: no link leads outside.
 *
 * Paths are relative to the root, `.` for the root itself, and byte strings (latin1), as are all names. Questions are
 * answered in the order in which they are asked; asking some before the first answer is read saves time.
 */
export class TreeReader {
  readonly #connection: TreeConnection;
  readonly #encode: EncodeQuestion;

  /** @param encode how the program at the other end is asked */
  constructor(connection: TreeConnection, encode: EncodeQuestion = encodeQuestion) {
    this.#connection = connection;
    this.#encode = encode;
  }

  /** Starts the program that reads. `close` must be called. @throws the codes of `Launcher.spawn` */
  static async open(runner: TreeRunner, view: TreeView): Promise<TreeReader> {
    const hello = Buffer.alloc(requestSize);
    return new TreeReader(await TreeConnection.open(runner, treeProgram(view), hello));
  }

  /** Names in a folder, in the order of their bytes; none when it is gone, or no folder. */
  async list(path: string): Promise<readonly string[]> {
    this.#ask(operation.list, path);
    return this.#connection.answers.inTurn(async (answers) => {
      const names: string[] = [];
      for (;;) {
        const length = Number((await answers.exactly(answerSize)).readBigInt64LE());
        if (length < 0) refuseUnlessGone(path, length);
        if (length <= 0) return names.sort(byBytes);
        names.push(...parseDirectoryEntries(await answers.exactly(length)));
      }
    });
  }

  /** Files by their paths, in that order; `undefined` for those that are not there. */
  async describe(paths: readonly string[]): Promise<readonly (TreeEntry | undefined)[]> {
    for (const path of paths) this.#ask(operation.describe, path);
    return Promise.all(
      paths.map((path) => this.#connection.answers.inTurn((a) => readEntry(a, path))),
    );
  }

  /** The value of an extended attribute; `undefined` when there is none of that name any more. */
  async attribute(path: string, name: string): Promise<Uint8Array | undefined> {
    this.#ask(operation.attribute, path, { name });
    return this.#connection.answers.inTurn(async (answers) => {
      const length = Number((await answers.exactly(answerSize)).readBigInt64LE());
      return length < 0 ? undefined : Buffer.from(await answers.exactly(length));
    });
  }

  /**
   * A file's content, at most so many bytes of it. What is missing at the end are zeros, or the file has become shorter.
   * The pieces must be read to their end, before anything that was asked for later.
   *
   * @returns `undefined` when there is no regular file any more
   */
  content(path: string, limitBytes: number): Promise<AsyncIterable<ContentPiece> | undefined> {
    this.#ask(operation.content, path, { limitBytes });
    const { ready, leave } = this.#connection.answers.turn();
    const opened = ready.then(async (answers) => {
      const result = Number((await answers.exactly(answerSize)).readBigInt64LE());
      if (result === 0) return readPieces(answers, leave);
      leave();
      return undefined;
    });
    // Who asks ahead for several may never get to await this one.
    opened.catch(() => undefined);
    return opened;
  }

  /** Ends the program. */
  close(): void {
    this.#connection.close();
  }

  #ask(number: number, path: string, options: QuestionOptions = {}): void {
    const { name = '', limitBytes = 0 } = options;
    if (path.length + name.length + 2 > maxTextBytes) refuseUnlessGone(path, -errnoNameTooLong);
    this.#connection.ask(this.#encode(number, path, { name, limitBytes }));
  }
}

interface QuestionOptions {
  readonly name?: string;
  readonly limitBytes?: number;
}

/** Writes a question as the program that answers it wants it. */
export type EncodeQuestion = (
  number: number,
  path: string,
  options: Required<QuestionOptions>,
) => Uint8Array;

const encodeQuestion: EncodeQuestion = (number, path, { name, limitBytes }) => {
  const request = Buffer.alloc(requestSize);
  const numbers = [number, path.length + 1, name.length + 1, limitBytes];
  numbers.forEach((value, i) => request.writeBigUInt64LE(BigInt(value), 8 * i));
  return Buffer.concat([request, Buffer.from(`${path}\0${name}\0`, 'latin1')]);
};

const errnoNameTooLong = 36;

/** What went away while the tree was read is no error: ENOENT, ENOTDIR, ELOOP (a link took its place). */
const goneErrnos: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ELOOP']);

function refuseUnlessGone(path: string, result: number): void {
  const errno = errnoName(-result);
  if (goneErrnos.has(errno)) return;
  throw new BerthError('TREE_UNREADABLE', {
    message: `"${Buffer.from(path, 'latin1').toString()}" cannot be read: ${errno}`,
    remedy:
      errno === 'ENAMETOOLONG'
        ? 'Move it up: a path may have at most 4095 bytes.'
        : 'Look for disk errors in the kernel log.',
    details: { path, errno },
  });
}

async function readEntry(answers: AnswerStream, path: string): Promise<TreeEntry | undefined> {
  const answer = Buffer.from(await answers.exactly(answerSize));
  const number = (index: number): number => Number(answer.readBigInt64LE(8 * index));
  const status = Buffer.from(await answers.exactly(statSize));
  const names = (await answers.exactly(number(1))).toString('latin1');
  const linkTarget = (await answers.exactly(number(2))).toString('latin1');
  if (number(0) < 0) {
    refuseUnlessGone(path, number(0));
    return undefined;
  }
  const attributeNames = names.split('\0').filter((name) => name !== '');
  return { ...decodeStat(status), linkTarget, attributeNames: attributeNames.sort(byBytes) };
}

async function* readPieces(answers: AnswerStream, leave: () => void): AsyncGenerator<ContentPiece> {
  for (;;) {
    const piece = await answers.exactly(pieceSize);
    const [dataBytes, holeBytes] = [0, 8].map((at) => Number(piece.readBigInt64LE(at)));
    if (holeBytes) yield { holeBytes };
    else if (dataBytes) yield* answers.pieces(dataBytes);
    else break;
  }
  leave();
}

function byBytes(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
