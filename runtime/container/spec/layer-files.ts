import { hasErrno, lstat, readFile, readlink } from '../../host/files.ts';
import type { OpaqueProbe } from '../ports.ts';

/** What lstat(2) says of a file. */
export type FileStats = Awaited<ReturnType<typeof lstatNumbers>>;

/** How the files of layers are asked for. */
export interface FileLookups {
  /** `undefined`: nothing is there. */
  stat(path: string): Promise<FileStats | undefined>;
  /** The target of a symbolic link. */
  target(path: string): Promise<string>;
  readonly isOpaque: OpaqueProbe;
  text(path: string, sizeBytes: number): Promise<string>;
}

/** Asks the file system each time. */
export class ChangingFiles implements FileLookups {
  readonly isOpaque: OpaqueProbe;

  constructor(isOpaque: OpaqueProbe) {
    this.isOpaque = isOpaque;
  }

  async stat(path: string): Promise<FileStats | undefined> {
    try {
      return await lstatNumbers(path);
    } catch (error) {
      if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
      throw error;
    }
  }

  target(path: string): Promise<string> {
    return readlink(path);
  }

  text(path: string): Promise<string> {
    return readFile(path, 'utf8');
  }
}

/** Answers that are kept at most: together they take a few megabytes at the very most. */
const mostAnswers = 512;
const mostTextBytes = 16 * 1024;

/**
 * Asks once, for what never changes: the layers of images, which are named by what is in them. Each `docker run` looks up its user in the
 * same two files of its image, on a way of some seven questions.
 */
export class LayerFiles implements FileLookups {
  readonly isOpaque: OpaqueProbe;
  /** Asks each time. */
  readonly probe: OpaqueProbe;
  readonly #files: ChangingFiles;
  readonly #answers = new Map<string, Promise<unknown>>();

  constructor(isOpaque: OpaqueProbe) {
    this.#files = new ChangingFiles(isOpaque);
    this.probe = isOpaque;
    this.isOpaque = (path) => this.#once(`opaque ${path}`, () => isOpaque(path));
  }

  stat(path: string): Promise<FileStats | undefined> {
    return this.#once(`stat ${path}`, () => this.#files.stat(path));
  }

  target(path: string): Promise<string> {
    return this.#once(`target ${path}`, () => this.#files.target(path));
  }

  text(path: string, sizeBytes: number): Promise<string> {
    const read = (): Promise<string> => this.#files.text(path);
    return sizeBytes > mostTextBytes ? read() : this.#once(`text ${path}`, read);
  }

  #once<T>(question: string, ask: () => Promise<T>): Promise<T> {
    const known = this.#answers.get(question) as Promise<T> | undefined;
    if (known !== undefined) return known;
    if (this.#answers.size >= mostAnswers) this.#answers.clear();
    const answer = ask();
    this.#answers.set(question, answer);
    // What could not be found out is asked again.
    answer.catch(() => this.#answers.delete(question));
    return answer;
  }
}

function lstatNumbers(path: string) {
  return lstat(path, { bigint: false });
}
