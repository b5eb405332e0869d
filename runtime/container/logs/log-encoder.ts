import {
  attributesOf,
  copyLine,
  copyText,
  endsLine,
  findLine,
  lineParts,
  timeBytes,
  timeOf,
  type LineParts,
  type OutputStream,
} from './log-line.ts';

/** What of a log is wanted, and in which form. */
export interface LogForm {
  /**
   * `lines`: each line of output in a frame of its own, as Docker sends logs. `frames`: as much as comes at once. `raw`: no
   * frames, since a terminal has one stream only. (Docker Engine API 1.51, "Stream format".)
   */
  readonly framing: 'lines' | 'frames' | 'raw';
  readonly streams: readonly OutputStream[];
  /** Times as they are in the log; lines of this time or later, or of this time or earlier. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly timestamps?: boolean;
  /** Whether attributes of `--log-opt` come before each line. */
  readonly details?: boolean;
}

const frameHeaderBytes = 8;
const space = 0x20;

/** What is known of a stream's line that is not complete yet. */
interface OpenLine {
  isOpen: boolean;
  isWanted: boolean;
}

/** Turns lines of a log into what goes to a client: bytes to bytes, without an object for each line. */
export class LogEncoder {
  /** Whether a line was later than `until`: none that follows is wanted. */
  isPast = false;
  readonly #form: LogForm;
  readonly #since: Buffer | undefined;
  readonly #until: Buffer | undefined;
  readonly #parts: LineParts = lineParts();
  readonly #open: Readonly<Record<OutputStream, OpenLine>> = {
    stdout: { isOpen: false, isWanted: true },
    stderr: { isOpen: false, isWanted: true },
  };
  readonly #looksAtLines: boolean;
  readonly #wants: Readonly<Record<OutputStream, boolean>>;
  /** Whether the line that was looked at last goes on one that was begun before. */
  #goesOn = false;
  /** Those of the line before: most often all lines have the same. */
  #details = { json: '', text: '' };

  constructor(form: LogForm) {
    this.#form = form;
    const { since, until, timestamps = false, details = false } = form;
    this.#looksAtLines = since !== undefined || until !== undefined || timestamps || details;
    this.#since = form.since === undefined ? undefined : Buffer.from(form.since);
    this.#until = form.until === undefined ? undefined : Buffer.from(form.until);
    this.#wants = {
      stdout: form.streams.includes('stdout'),
      stderr: form.streams.includes('stderr'),
    };
  }

  /**
   * @param block whole lines of a log
   * @returns memory of its own
   */
  encode(block: Buffer): Buffer {
    return this.#looksAtLines ? this.#encodeChosen(block) : this.#encodeAll(block);
  }

  /** When all lines of a stream are wanted, and nothing is put before them. */
  #encodeAll(block: Buffer): Buffer {
    const { framing } = this.#form;
    const out = Buffer.allocUnsafe(block.length + 64);
    const parts = this.#parts;
    const header = framing === 'raw' ? 0 : frameHeaderBytes;
    /** Where the frame begins that is being filled. */
    let frame = 0;
    let to = 0;
    let framed: OutputStream | undefined;
    for (let at = 0; at < block.length; at = parts.end) {
      const isNew = framed === undefined || framing === 'lines';
      const text = isNew ? to + header : to;
      const end = copyLine(block, parts, out, { at, to: text });
      const { stream } = parts;
      if (end === text || !this.#wants[stream]) continue;
      if (header === 0) {
        to = end;
      } else if (framed === undefined || stream === framed) {
        if (isNew && framed !== undefined) writeFrame(out, { frame, stream: framed, end: to });
        if (isNew) frame = to;
        to = end;
      } else {
        writeFrame(out, { frame, stream: framed, end: to });
        // The text was put right behind that of the other stream.
        if (!isNew) out.copyWithin(to + header, text, end);
        frame = to;
        to = isNew ? end : end + header;
      }
      if (header > 0) framed = stream;
    }
    if (framed !== undefined) writeFrame(out, { frame, stream: framed, end: to });
    return out.subarray(0, to);
  }

  #encodeChosen(block: Buffer): Buffer {
    const { framing } = this.#form;
    // A text is never longer than it was escaped, and what JSON has around it is longer than frames and times are.
    const out = Buffer.allocUnsafe(
      this.#form.details === true ? block.length * 4 + 64 : block.length + 64,
    );
    const parts = this.#parts;
    let to = 0;
    let frame = -1;
    let framed: OutputStream = 'stdout';
    for (let at = 0; at < block.length && !this.isPast; at = parts.end) {
      findLine(block, at, parts);
      if (parts.text === parts.textEnd || !this.#isWanted(block, parts)) continue;
      if (framing !== 'raw' && (framing === 'lines' || frame === -1 || framed !== parts.stream)) {
        if (frame !== -1) writeFrame(out, { frame, stream: framed, end: to });
        frame = to;
        framed = parts.stream;
        to += frameHeaderBytes;
      }
      if (!this.#goesOn) to = this.#writeBefore(block, out, to);
      to = copyText(block, parts, out, to);
    }
    if (frame !== -1) writeFrame(out, { frame, stream: framed, end: to });
    return out.subarray(0, to);
  }

  /** A line of output that comes in several pieces is wanted, or not, by its first one. */
  #isWanted(block: Buffer, parts: LineParts): boolean {
    if (!this.#wants[parts.stream]) return false;
    const open = this.#open[parts.stream];
    this.#goesOn = open.isOpen;
    if (!open.isOpen) open.isWanted = this.#isInTime(block, parts);
    open.isOpen = !endsLine(block, parts);
    return open.isWanted;
  }

  #isInTime(block: Buffer, parts: LineParts): boolean {
    if (this.#since === undefined && this.#until === undefined) return true;
    const at = timeOf(block, parts);
    if (at === undefined) return true;
    const end = at + timeBytes;
    if (this.#until !== undefined && this.#until.compare(block, at, end) < 0) {
      this.isPast = true;
      return false;
    }
    return this.#since === undefined || this.#since.compare(block, at, end) <= 0;
  }

  #writeBefore(block: Buffer, out: Buffer, to: number): number {
    let place = to;
    const time = this.#form.timestamps === true ? timeOf(block, this.#parts) : undefined;
    if (time !== undefined) {
      block.copy(out, place, time, time + timeBytes);
      place += timeBytes;
      out[place] = space;
      place += 1;
    }
    if (this.#form.details === true) {
      place += out.write(`${this.#detailsOf(attributesOf(block, this.#parts))} `, place);
    }
    return place;
  }

  #detailsOf(json = ''): string {
    if (json !== this.#details.json) this.#details = { json, text: detailsText(json) };
    return this.#details.text;
  }
}

function writeFrame(
  out: Buffer,
  {
    frame,
    stream,
    end,
  }: { readonly frame: number; readonly stream: OutputStream; readonly end: number },
): void {
  out.writeUInt32BE(stream === 'stdout' ? 0x01000000 : 0x02000000, frame);
  out.writeUInt32BE(end - frame - frameHeaderBytes, frame + 4);
}

/** Attributes as `docker logs --details` shows them: sorted, and written as in the query of a URL. */
function detailsText(json: string): string {
  if (json === '') return '';
  const attributes = Object.entries(JSON.parse(json) as Record<string, string>);
  return attributes
    .map((pair) => pair.map(queryEscape).join('='))
    .sort()
    .join(',');
}

/** As Go's url.QueryEscape, which docker's client takes back. */
function queryEscape(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
}
