/** A place in the code that jumps can name before it is known. */
export interface CodeLabel {
  readonly name: string;
  offset: number | undefined;
}

/** One emitted instruction: where it is and how it reads, in the words of objdump. */
export interface ListingLine {
  readonly offset: number;
  readonly text: string | ((origin: number) => string);
}

/** Patches the bytes of an instruction once the label's offset is known. */
export type Fixup = (code: DataView, labelOffset: number) => void;

/**
 * The part that both assemblers share: bytes, labels, fix-ups, and a listing of what was meant, which a test holds
 * against objdump's disassembly.
 */
export class CodeBuffer {
  readonly #bytes: number[] = [];
  readonly #listing: ListingLine[] = [];
  readonly #fixups: { readonly label: CodeLabel; readonly apply: Fixup }[] = [];

  /** Bytes emitted so far. */
  get size(): number {
    return this.#bytes.length;
  }

  /** Adds one instruction. */
  emit(bytes: readonly number[], text: ListingLine['text']): void {
    this.#listing.push({ offset: this.#bytes.length, text });
    this.#bytes.push(...bytes);
  }

  /** Adds data, which has no line in the listing. */
  data(bytes: Uint8Array): void {
    this.#bytes.push(...bytes);
  }

  /** Makes a label; `place` gives it its offset. */
  label(name: string): CodeLabel {
    return { name, offset: undefined };
  }

  /** Binds `label` to the current end of the code. */
  place(label: CodeLabel): void {
    if (label.offset !== undefined) throw new Error(`label "${label.name}" is placed twice`);
    label.offset = this.#bytes.length;
  }

  /** Registers a patch that runs in `finish`. */
  fixup(label: CodeLabel, apply: Fixup): void {
    this.#fixups.push({ label, apply });
  }

  /** The finished code. Every label that is used must have been placed. */
  finish(): Uint8Array {
    const code = Uint8Array.from(this.#bytes);
    const view = new DataView(code.buffer);
    for (const { label, apply } of this.#fixups) {
      if (label.offset === undefined) throw new Error(`label "${label.name}" was never placed`);
      apply(view, label.offset);
    }
    return code;
  }

  /** What was meant, as objdump would print it for code that is loaded at `origin`. */
  listing(origin: number): readonly string[] {
    return this.#listing.map(({ text }) => (typeof text === 'string' ? text : text(origin)));
  }
}
