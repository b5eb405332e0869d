import { open, orIfMissing } from '../../runtime/host/files.ts';
import { logLimits } from '../../templates/log-limits.ts';

/** Bytes by which a file of the log is known: its first line begins with the time. */
const headBytes = 256;

/** A place in the log: behind so many bytes of the file that begins with `head`; without a head, of none yet. */
interface LogPlace {
  readonly head: string;
  readonly position: number;
}

/** A piece of the log, and the place behind it. */
interface LogPart {
  readonly bytes: Buffer;
  readonly end: LogPlace;
}

/**
 * The daemon's log where it is a file: `berthd.log`, and what was put aside when that became too long (`.1` is the newest,
 * runtime/host/short-log.ts). Files change their names and the newest its content, so a place in them is told by how a file
 * begins and not by what it is called.
 */
export class LogFile {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** The last lines, and the place behind them; `undefined` when there is no log. */
  async tail(lines: number): Promise<LogPart | undefined> {
    const newest = await readFrom(this.#path, 0);
    if (newest === undefined) return undefined;
    let bytes = newest.bytes;
    for (const older of this.#forerunners()) {
      if (lineCount(bytes) >= lines) break;
      bytes = Buffer.concat([(await readFrom(older, 0))?.bytes ?? Buffer.alloc(0), bytes]);
    }
    return { bytes: lastLines(bytes, lines), end: newest.end };
  }

  /** What was written behind a place, also when the file was put aside since. */
  async after(place: LogPlace): Promise<LogPart> {
    const newest = await readFrom(this.#path, place.position);
    const same = newest?.end.head === place.head && newest.end.position >= place.position;
    if (newest !== undefined && same) return newest;
    for (;;) {
      const start = (await readFrom(this.#path, 0)) ?? { bytes: Buffer.alloc(0), end: nowhere };
      if (place.head === '') return start;
      const rest = await this.#restOf(place);
      // Put aside once more while the older ones were read: some of that would be there twice.
      const now = (await readFrom(this.#path, start.end.position))?.end.head ?? '';
      if (now === start.end.head)
        return { bytes: Buffer.concat([rest, start.bytes]), end: start.end };
    }
  }

  /** What is behind a place in the files that were put aside. */
  async #restOf(place: LogPlace): Promise<Buffer> {
    const newer: Buffer[] = [];
    for (const path of this.#forerunners()) {
      const all = await readFrom(path, 0);
      if (all === undefined) continue;
      if (all.end.head === place.head) {
        return Buffer.concat([all.bytes.subarray(place.position), ...newer.toReversed()]);
      }
      newer.push(all.bytes);
    }
    // It was put aside so often meanwhile that it is gone: what is left of the log is what comes next.
    return Buffer.concat(newer.toReversed());
  }

  /** Paths of what was put aside, the newest first. */
  #forerunners(): readonly string[] {
    return Array.from({ length: logLimits.forerunners }, (_, age) => `${this.#path}.${age + 1}`);
  }
}

const nowhere: LogPlace = { head: '', position: 0 };

/** Reads a file from a position to its end; `undefined` when there is none, or when it was cut to nothing meanwhile. */
async function readFrom(path: string, position: number): Promise<LogPart | undefined> {
  const file = await orIfMissing(open(path, 'r'), undefined);
  if (file === undefined) return undefined;
  try {
    for (;;) {
      const head = await headOf(file);
      if (head === '') return { bytes: Buffer.alloc(0), end: nowhere };
      const { size } = await file.stat();
      const bytes = Buffer.alloc(Math.max(0, size - position));
      const { bytesRead } = await file.read(bytes, 0, bytes.length, position);
      // Cut to nothing, and perhaps grown again, while it was read: then what was read belongs to no file.
      if ((await headOf(file)) !== head) continue;
      const end = { head, position: Math.min(size, position) + bytesRead };
      return { bytes: bytes.subarray(0, bytesRead), end };
    }
  } finally {
    await file.close();
  }
}

/** How a file begins; nothing until its first line is whole, because what is known by that must not change any more. */
async function headOf(file: Awaited<ReturnType<typeof open>>): Promise<string> {
  const bytes = Buffer.alloc(headBytes);
  const { bytesRead } = await file.read(bytes, 0, headBytes, 0);
  const text = bytes.toString('latin1', 0, bytesRead);
  const lineEnd = text.indexOf('\n');
  if (lineEnd >= 0) return text.slice(0, lineEnd);
  return bytesRead === headBytes ? text : '';
}

const newline = 10;

function lineCount(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) count += 1;
  return count;
}

/** The last whole lines; what follows the last line end is not a line yet, but is shown too. */
function lastLines(bytes: Buffer, lines: number): Buffer {
  let start = bytes.length;
  for (let count = 0; count <= lines; count += 1) {
    const before = start === 0 ? -1 : bytes.lastIndexOf(newline, start - 1);
    if (before < 0) return bytes;
    start = before;
  }
  return bytes.subarray(start + 1);
}
