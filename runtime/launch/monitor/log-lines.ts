import type { Address, Ref, Value } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { escaping } from '../../syscall/layout.ts';
import { Subroutine } from '../../syscall/subroutine.ts';
import type { LogRequest } from './log-request.ts';
import { rotateLog, type OpenLog } from './log-rotation.ts';
import { LogTime, timePattern } from './log-time.ts';

/** The beginning of a line: eight bytes, which one store writes. */
const prefix = '{"log":"';
const prefixNumber = Buffer.from(prefix).readBigUInt64LE();

/** Text of a write at most, about: with 32 KiB of lines of a hundred bytes it is one write. */
const bufferBytes = 64 * 1024;

/** What JSON makes of a byte (RFC 8259, section 7). Bytes above 127 stay as they are: what is no UTF-8 is not lost. */
function escaped(byte: number): string {
  if (byte === 0x22 || byte === 0x5c) return `\\${String.fromCharCode(byte)}`;
  if (byte === 0x0a) return '\\n';
  if (byte === 0x0d) return '\\r';
  if (byte === 0x09) return '\\t';
  if (byte < 0x20) return `\\u00${byte.toString(16).padStart(2, '0')}`;
  return String.fromCharCode(byte);
}

/** The table of the operation `escape` for texts of JSON. */
const jsonTable: Uint8Array = (() => {
  const table = Buffer.alloc(256 * 8);
  for (let byte = 0; byte < 256; byte += 1) {
    table[byte * 8 + 7] = table.write(escaped(byte), byte * 8, 'latin1');
  }
  return table;
})();

/** `out"` or `err"`, the end of a stream's name, as one store writes it. */
const streamEnds = { stdout: 0x2274756f, stderr: 0x22727265 } as const;

/**
 * Writes output to the log as Docker's json-file driver does, a line of JSON for each line of output:
 * `{"log":"text\n","stream":"stdout","attrs":{},"time":"2026-01-31T12:00:00.000000001Z"}`. A line that is not complete yet
 * has no `\n` in its text, and goes on with the next one of its stream.
 */
export class LogLines {
  /** 1 when output could not be written and nobody was told yet. */
  readonly lost: Ref;
  readonly #p: ProgramBuilder;
  readonly #log: OpenLog;
  readonly #request: LogRequest;
  readonly #structure: Address;
  readonly #suffix: { readonly text: Address; readonly length: number; readonly stream: Address };
  readonly #buffer: Address;
  readonly #bufferSize: number;
  readonly #write: Subroutine;
  readonly #appending: Subroutine;
  readonly #length: Ref;
  /** Whether what is behind the last newline is written too. */
  readonly #toTheEnd: Ref;
  /** Bytes of the current file. */
  readonly #size: Ref;
  readonly #time: LogTime;

  constructor(p: ProgramBuilder, log: OpenLog, request: LogRequest) {
    this.#p = p;
    this.#log = log;
    this.#request = request;
    const { logAttributes: attributes } = request;
    const before = '","stream":"std';
    const middle = `${before}out"${attributes === undefined ? '' : `,"attrs":${attributes}`},"time":"`;
    const text = Buffer.from(`${middle}${timePattern}"}\n${prefix}`);
    const suffix = p.bytes(text);
    this.#suffix = { text: suffix, length: text.length, stream: suffix.at(before.length) };
    this.#time = new LogTime(p, suffix.at(Buffer.byteLength(middle)));
    this.#structure = p.bytes(new Uint8Array(escaping.size));
    // Two suffixes, and what `escape` writes too far.
    this.#bufferSize = bufferBytes + 2 * text.length + 64;
    this.#buffer = p.reservePages(this.#bufferSize);
    const limit = this.#buffer.at(bufferBytes);
    for (const [at, value] of [
      [escaping.limit, limit],
      [escaping.lineLimit, limit],
      [escaping.suffix, suffix],
      [escaping.suffixEnd, suffix.at(text.length)],
      [escaping.table, p.bytes(jsonTable)],
    ] as const)
      p.set(this.#structure.at(at), value);
    this.#write = new Subroutine(p);
    this.#appending = new Subroutine(p);
    this.#length = p.value(p.reserve(8));
    [this.#toTheEnd, this.#size, this.lost] = [
      p.value(p.reserve(8)),
      p.value(p.reserve(8)),
      p.value(p.reserve(8)),
    ];
    p.set(this.#size, this.#end());
  }

  /**
   * Adds the steps that write what is between two absolute addresses.
   * @returns where the first byte is that was left: behind the last newline, or `end` when all was to be written
   */
  write(
    stream: 'stdout' | 'stderr',
    {
      from,
      end,
      partial,
    }: { readonly from: Value; readonly end: Value; readonly partial: 'keep' | 'write' },
  ): Ref {
    const p = this.#p;
    p.set(this.#structure.at(escaping.source), from);
    p.set(this.#structure.at(escaping.sourceEnd), end);
    p.set(this.#toTheEnd, partial === 'write' ? 1 : 0);
    p.store(32, this.#suffix.stream, streamEnds[stream]);
    this.#write.call();
    return this.#at('source');
  }

  /** Adds the steps that all calls of `write` share. */
  finish(): void {
    this.#write.finish(() => {
      this.#writeText();
    });
    this.#appending.finish(() => {
      this.#appendBuffer();
    });
  }

  /** Adds the steps that give memory back which is only needed while there is output. */
  rest(): void {
    this.#p.forgetPages(this.#buffer, this.#bufferSize);
  }

  #at(field: 'source' | 'sourceEnd' | 'target' | 'lineLimit' | 'lineSource' | 'lineTarget'): Ref {
    return this.#p.value(this.#structure.at(escaping[field]));
  }

  /** A bufferful at a time. A line that does not fit into one is written in pieces. */
  #writeText(): void {
    const p = this.#p;
    const [again, lines, piece, done] = [p.label(), p.label(), p.label(), p.label()];
    const [source, end, target] = [this.#at('source'), this.#at('sourceEnd'), this.#at('target')];
    const [lineSource, lineTarget] = [this.#at('lineSource'), this.#at('lineTarget')];
    this.#time.update();
    p.place(again);
    p.jumpIf('ge', source, end, done);
    this.#limitLines();
    p.store(64, this.#buffer, prefixNumber);
    p.set(target, this.#buffer.at(prefix.length));
    p.set(lineSource, source);
    p.set(lineTarget, 0);
    p.escape(this.#structure);
    p.jumpIf('eq', target, lineTarget, lines);
    const isFull = p.label();
    p.jumpIf('lt', source, end, isFull);
    p.jumpIf('ne', this.#toTheEnd, 0, piece);
    p.place(isFull);
    p.jumpIf('ne', lineTarget, 0, lines);
    p.jumpIf('lt', source, end, piece);
    // Nothing but the beginning of a line.
    p.set(source, lineSource);
    p.jump(done);

    // All but the beginning of the line that is next.
    p.place(lines);
    p.set(source, lineSource);
    const ofLines = p.compute('sub', lineTarget, this.#buffer);
    this.#append(p.compute('sub', ofLines, prefix.length));
    p.jump(again);

    p.place(piece);
    const closing = this.#suffix.length - prefix.length;
    p.copy({ from: this.#suffix.text, to: target, length: closing });
    this.#append(p.compute('add', p.compute('sub', target, this.#buffer), closing));
    p.jump(again);
    p.place(done);
  }

  /** No line is begun where the file has its size. */
  #limitLines(): void {
    const { logRotation: rotation } = this.#request;
    if (!rotation) return;
    const p = this.#p;
    const [fits, fresh] = [p.label(), p.label()];
    const [room, limit] = [p.value(p.reserve(8)), this.#at('lineLimit')];
    p.set(limit, this.#buffer.at(bufferBytes));
    p.set(room, rotation.maxBytes);
    p.jumpIf('ge', this.#size, rotation.maxBytes, fresh);
    p.set(room, p.compute('sub', rotation.maxBytes, this.#size));
    p.place(fresh);
    p.jumpIf('ge', room, bufferBytes, fits);
    p.set(limit, p.compute('add', this.#buffer.at(prefix.length), room));
    p.place(fits);
  }

  #append(length: Ref): void {
    this.#p.set(this.#length, length);
    this.#appending.call();
  }

  /** What did not fit on a full disk is taken back, so that the log stays readable. */
  #appendBuffer(): void {
    const p = this.#p;
    const length = this.#length;
    const [whole, lost] = [p.label(), p.label()];
    this.#rotate();
    const { file } = this.#log;
    const written = p.call('write the log', 'write', [file, this.#buffer, length], {
      onError: 'ignore',
    });
    p.jumpIf('eq', written, length, whole);
    p.jumpIf('lt', written, 1, lost);
    const kept = p.compute('sub', this.#end(), written);
    p.call('take back half a line', 'ftruncate', [file, kept], { onError: 'ignore' });
    p.place(lost);
    p.set(this.lost, 1);
    p.set(length, 0);
    p.place(whole);
    p.set(this.#size, p.compute('add', this.#size, length));
  }

  #rotate(): void {
    const { logRotation: rotation } = this.#request;
    if (!rotation) return;
    const p = this.#p;
    const fits = p.label();
    p.jumpIf('lt', this.#size, rotation.maxBytes, fits);
    rotateLog(p, this.#log, rotation);
    p.set(this.#size, this.#end());
    p.place(fits);
  }

  /** Bytes of the file. */
  #end(): Ref {
    const label = 'find the end of the log';
    return this.#p.call(label, 'lseek', [this.#log.file, 0, 2], { onError: 'ignore' });
  }
}
