import { BerthError } from '../../errors/berth-error.ts';

/** Ctrl-P, Ctrl-Q: what Docker's clients use unless they say otherwise. */
export const defaultDetachKeys = 'ctrl-p,ctrl-q';

const controlKeys: Readonly<Record<string, number>> = {
  '@': 0,
  '[': 27,
  '\\': 28,
  ']': 29,
  '^': 30,
  _: 31,
};

function keyCode(key: string): number | undefined {
  if (key.length === 1) return key.charCodeAt(0);
  if (key === 'DEL') return 127;
  const control = /^ctrl-(.)$/.exec(key)?.[1];
  if (control === undefined) return undefined;
  if (control >= 'a' && control <= 'z') return control.charCodeAt(0) - 96;
  return controlKeys[control];
}

/**
 * Reads a detach key sequence: single characters, `ctrl-<character>` or `DEL`, separated by commas.
 *
 * @throws DETACH_KEYS_INVALID
 */
export function parseDetachKeys(text: string): Buffer {
  const codes = text.split(',').map(keyCode);
  const bytes = codes.filter((code) => code !== undefined && code < 128);
  if (bytes.length === codes.length) return Buffer.from(bytes as number[]);
  throw new BerthError('DETACH_KEYS_INVALID', {
    message: `Invalid detach keys (${text}) provided`,
    remedy: 'Give keys such as "ctrl-p,ctrl-q" or "a,b".',
    details: { detachKeys: text },
  });
}

/** What came of some typed bytes. */
export interface TypedBytes {
  /** What is meant for the program. */
  readonly passed: Buffer;
  /** Whether the whole sequence has been typed; nothing after it counts. */
  readonly detached: boolean;
}

/** Looks for the detach sequence in what is typed; keys of a sequence that is broken off go to the program after all. */
export class DetachKeyFilter {
  readonly #keys: Buffer;
  #matched = 0;

  constructor(keys: Buffer) {
    this.#keys = keys;
  }

  push(typed: Buffer): TypedBytes {
    const passed: number[] = [];
    for (const byte of typed) {
      if (byte !== this.#keys[this.#matched]) {
        passed.push(...this.#keys.subarray(0, this.#matched));
        this.#matched = 0;
      }
      if (byte !== this.#keys[this.#matched]) {
        passed.push(byte);
        continue;
      }
      this.#matched += 1;
      if (this.#matched === this.#keys.length) {
        return { passed: Buffer.from(passed), detached: true };
      }
    }
    return { passed: Buffer.from(passed), detached: false };
  }
}
