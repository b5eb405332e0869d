import { captureProcess } from '../../../runtime/host/capture-process.ts';
import { messageOf } from '../../../messages/error-words.ts';
import { isBerthError } from '../../../runtime/errors/berth-error.ts';
import { reportMessages as m } from '../../../messages/areas/report.ts';
import { hasErrno, orIfMissing } from '../../../runtime/host/files.ts';
import type { ReportFinding } from '../document/report-schema.ts';
import type { ReportLimits } from '../limits.ts';
import { RedactingStream } from '../redaction/redacting-stream.ts';
import type { Redactor } from '../redaction/redactor.ts';
import { safeFileName } from './file-name.ts';
import { KeptText, type KeptPart } from './kept-text.ts';
import { LineFilter } from './line-filter.ts';
import { readHostFile } from './read-host-file.ts';

/** A file of evidence, redacted. */
export interface EvidenceFile {
  /** Below the collector's folder. */
  readonly name: string;
  readonly title: string;
  readonly text: string;
  readonly shortened?: { readonly kept: KeptPart; readonly seenBytes: number };
}

/** How a file of evidence is made. */
export interface EvidenceOptions {
  /** What it is; its name when absent. */
  readonly title?: string;
  /** Part that is kept of what is too long; the start when absent. */
  readonly keep?: KeptPart;
  /** Most bytes, if fewer than any file may have. */
  readonly limitBytes?: number;
  /** Chooses among its lines, which have been redacted by then; all when absent. */
  readonly lines?: (line: string) => boolean;
}

/** How a program is run for its output. */
export interface CommandEvidenceOptions extends EvidenceOptions {
  readonly timeoutMs?: number;
  /** Whether its absence, or its failure, is worth a note; `note` when absent. */
  readonly trouble?: 'note' | 'ignore';
}

const commandTimeoutMs = 10_000;

/**
 * What one collector has found. Everything that goes in is redacted at once, so that nothing else is ever held, and cut
 * to its limits. After `seal` nothing goes in any more: a collector whose time is over may still be at work.
 */
export class Evidence {
  readonly files: EvidenceFile[] = [];
  readonly notes: string[] = [];
  readonly findings: Omit<ReportFinding, 'collector'>[] = [];
  readonly facts: Record<string, string | number | boolean> = {};
  readonly #redactor: Redactor;
  readonly #limits: ReportLimits;
  #bytes = 0;
  #isSealed = false;

  constructor(redactor: Redactor, limits: ReportLimits) {
    this.#redactor = redactor;
    this.#limits = limits;
  }

  /** Takes nothing in from here on. */
  seal(): void {
    this.#isSealed = true;
  }

  /** Says that something is missing, and why. */
  note(text: string): void {
    const redacted = this.#redactor.text(text);
    if (!this.#isSealed && !this.notes.includes(redacted)) this.notes.push(redacted);
  }

  /** Says that something is not as it should be. */
  finding(finding: Omit<ReportFinding, 'collector'>): void {
    if (this.#isSealed) return;
    // The same fields with other texts in them: redaction changes no type.
    this.findings.push(this.#redactor.value(finding) as Omit<ReportFinding, 'collector'>);
  }

  /** A value that is shown at a glance and compared between reports. */
  fact(name: string, value: string | number | boolean): void {
    if (this.#isSealed) return;
    this.facts[name] = typeof value === 'string' ? this.#redactor.text(value) : value;
  }

  /** Adds a text. */
  text(name: string, text: string, options: EvidenceOptions = {}): void {
    const kept = this.#keep(options);
    kept.add(this.#redactor.text(text));
    this.#add(name, kept, options);
  }

  /** Adds a value as JSON; what is secret in it is told by the names of fields too. */
  json(name: string, value: unknown, options: EvidenceOptions = {}): void {
    const kept = this.#keep(options);
    kept.add(`${JSON.stringify(this.#redactor.value(value), undefined, 2)}\n`);
    this.#add(name, kept, options);
  }

  /** Adds a text that arrives in pieces, however long it is. What has arrived before an error is kept. */
  async stream(
    name: string,
    chunks: AsyncIterable<Uint8Array>,
    options: EvidenceOptions = {},
  ): Promise<void> {
    const sink = this.#sink(name, options);
    try {
      for await (const chunk of chunks) {
        if (sink.push(chunk) === 'enough') break;
      }
    } finally {
      sink.end();
    }
  }

  /** Adds what a program of the host prints, and says so when it is not there, fails or hangs. */
  async command(
    name: string,
    argv: readonly [string, ...string[]],
    options: CommandEvidenceOptions & { readonly signal: AbortSignal },
  ): Promise<'printed' | 'failed'> {
    const title = options.title ?? argv.join(' ');
    const sink = this.#sink(name, { ...options, title });
    const end = await captureProcess({
      argv,
      env: { ...process.env, LC_ALL: 'C' },
      timeoutMs: (options.timeoutMs ?? commandTimeoutMs) / this.#limits.haste,
      signal: options.signal,
      onOutput: (chunk) => sink.push(chunk),
    });
    if (end.kind === 'missing') {
      if (options.trouble !== 'ignore') this.note(m.programMissing({ program: argv[0] }));
      return 'failed';
    }
    if (end.kind === 'timeout') this.note(m.programHangs({ command: argv.join(' ') }));
    if (end.kind === 'exited' && end.exitCode !== 0) {
      const said = end.stderr.trim().split('\n').slice(0, 3).join(' ');
      if (options.trouble !== 'ignore') {
        this.note(m.programFailed({ command: argv.join(' '), exitCode: end.exitCode, said }));
      }
      // What there is counts all the same: df(1) fails for one dead file system among many.
      if (sink.isEmpty) return 'failed';
    }
    sink.end();
    return end.kind === 'exited' && end.exitCode === 0 ? 'printed' : 'failed';
  }

  /** Adds a file of the host; nothing when there is none, a note when it cannot be read. Returns its redacted text. */
  async file(
    host: { path(onHost: string): string },
    onHost: string,
    options: EvidenceOptions & { readonly name?: string } = {},
  ): Promise<string | undefined> {
    const name = options.name ?? onHost;
    const sink = this.#sink(name, { title: onHost, ...options });
    try {
      const path = host.path(onHost);
      const chunks = readHostFile(path, { ...this.#limits, keep: options.keep ?? 'start' });
      const read = async (): Promise<'read'> => {
        for await (const chunk of chunks) if (sink.push(chunk) === 'enough') break;
        return 'read';
      };
      if ((await orIfMissing(read(), undefined)) === undefined) return undefined;
    } catch (error) {
      this.note(m.fileUnreadable({ path: onHost, why: reasonOf(error) }));
      return undefined;
    }
    return sink.end();
  }

  #keep(options: EvidenceOptions): KeptText {
    const { fileBytes } = this.#limits;
    return new KeptText(
      Math.min(options.limitBytes ?? fileBytes, fileBytes),
      options.keep ?? 'start',
    );
  }

  #sink(name: string, options: EvidenceOptions): EvidenceSink {
    const kept = this.#keep(options);
    const stream = new RedactingStream(this.#redactor);
    const filter = new LineFilter(options.lines ?? (() => true));
    const choose = (text: string): string =>
      options.lines === undefined ? text : filter.push(text);
    const whole = this.#limits.readBytes;
    let left = whole;
    return {
      push: (chunk) => {
        left -= chunk.length;
        if (left <= 0)
          this.note(m.readLimit({ name, mebibytes: this.#limits.readBytes / 1_048_576 }));
        kept.add(choose(stream.push(chunk)));
        const isFull = kept.isShortened && (options.keep ?? 'start') === 'start';
        return left <= 0 || isFull || this.#isSealed ? 'enough' : 'more';
      },
      end: () => {
        kept.add(choose(stream.end()) + filter.end());
        this.#add(name, kept, options);
        return kept.text;
      },
      get isEmpty() {
        return left === whole;
      },
    };
  }

  #add(name: string, kept: KeptText, options: EvidenceOptions): void {
    if (this.#isSealed) return;
    const { text } = kept;
    if (
      this.files.length >= this.#limits.files ||
      this.#bytes + text.length > this.#limits.collectorBytes
    ) {
      this.note(m.collectorFull({ name }));
      return;
    }
    this.#bytes += text.length;
    const keep = options.keep ?? 'start';
    this.files.push({
      name: safeFileName(
        this.#redactor.text(name),
        this.files.map((file) => file.name),
      ),
      title: this.#redactor.text(options.title ?? name),
      text,
      ...(kept.isShortened ? { shortened: { kept: keep, seenBytes: kept.seen } } : {}),
    });
  }
}

interface EvidenceSink {
  push(chunk: Uint8Array): 'more' | 'enough';
  /** Adds the file. Returns its text. */
  end(): string;
  readonly isEmpty: boolean;
}

/** Why something could not be read, in words for a person. */
export function reasonOf(error: unknown): string {
  if (hasErrno(error, 'EACCES', 'EPERM')) return m.needsRoot();
  return isBerthError(error) ? `${error.code}: ${messageOf(error)}` : messageOf(error);
}
