import { currentArchitecture } from './architecture.ts';
import { encodeProgram } from './encode.ts';
import { header } from './layout.ts';
import { launcherFd } from './launcher-program.ts';
import { findStep, stepBytes } from './program.ts';
import type { Address, NamedStep, Program, StringSlots } from './program.ts';
import { refuseNul } from './refuse-nul.ts';

/** What of a program belongs into an error. */
export interface NamedSteps {
  readonly name: string;
  /** The step at an offset in the encoded program. */
  stepAt(offset: number): NamedStep | undefined;
}

/** A program in the form in which a launcher takes it, to be sent as often as one likes. */
export class PreparedProgram implements NamedSteps {
  readonly name: string;
  readonly #steps: readonly (NamedStep & { readonly bytes: number })[];
  #bytes: Buffer;
  readonly #dataStart: number;

  /** @throws as `encodeProgram` */
  constructor(program: Program) {
    this.name = program.name;
    this.#steps = program.steps.map((step) => {
      const { label, call } = step;
      return { label, call, bytes: stepBytes(step) };
    });
    const architecture = currentArchitecture();
    const bytes = encodeProgram(program, { architecture, id: 0, replyFd: launcherFd });
    this.#bytes = Buffer.from(bytes.buffer);
    this.#dataStart = bytes.length - program.sizes.data;
  }

  stepAt(offset: number): NamedStep | undefined {
    return findStep(this.#steps, ({ bytes }) => bytes, offset);
  }

  /** Puts other bytes in a place of the initialised data, for what is sent from then on. */
  fill(place: Address, bytes: Uint8Array): void {
    if (place.section !== 'data')
      throw new TypeError('a place to fill must be in initialised data');
    this.#bytes.set(bytes, this.#dataStart + place.offset);
  }

  /**
   * Puts strings in their slots, for what is sent from then on.
   * @throws PROGRAM_INVALID for one with a NUL in it.
   */
  fillStrings({ array, area, count, bytes }: StringSlots, texts: readonly string[]): void {
    const all = Buffer.from(texts.map((text) => `${text}\0`).join(''));
    if (texts.length !== count || all.length > bytes)
      throw new TypeError(
        `${texts.length} strings of ${all.length} bytes for ${count} of ${bytes}`,
      );
    const pointers = Buffer.alloc(8 * count);
    let at = this.#dataStart + area.offset;
    for (const [index, text] of texts.entries()) {
      refuseNul(this.name, text);
      pointers.writeUIntLE(at, 8 * index, 6);
      at += Buffer.byteLength(text) + 1;
    }
    // Nothing of the strings of before stays behind.
    this.fill(area, Buffer.concat([all], bytes));
    this.fill(array, pointers);
  }

  /**
   * The program as it is now, for one run: the bytes themselves, some 50 KB that are not copied each time. Who has not sent
   * them at once calls `leaveBytes`.
   * @param id Number that its replies carry.
   */
  forRun(id: number): Uint8Array {
    this.#bytes.writeUIntLE(id, header.failureId, 6);
    return this.#bytes;
  }

  /** The bytes of the last run are still to be sent: what is filled in from now on goes into others. */
  leaveBytes(): void {
    this.#bytes = Buffer.from(this.#bytes);
  }
}
