import { BerthError } from '../../errors/berth-error.ts';

/** The keys that leave a container's terminal without ending it, when no others are asked for. */
export const defaultDetachKeys = 'ctrl-p,ctrl-q';

function keyCode(name: string): number {
  if (name.length === 1) return name.charCodeAt(0);
  const control = /^ctrl-([a-z@[\\\]^_])$/.exec(name)?.[1];
  if (control === undefined) {
    throw new BerthError('OPTION_INVALID', {
      message: `--detach-keys has '${name}', wanted a character or ctrl- with one of a-z @ [ \\ ] ^ _`,
      remedy: `For example: --detach-keys ${defaultDetachKeys}`,
    });
  }
  // A control character is the letter without its upper bits (ASCII).
  return control.toUpperCase().charCodeAt(0) & 0x1f;
}

/**
 * The bytes of a list of keys such as `ctrl-p,ctrl-q`; empty for an empty list, which turns detaching off.
 *
 * @throws OPTION_INVALID
 */
export function parseDetachKeys(keys: string): Uint8Array {
  return keys === '' ? new Uint8Array() : Uint8Array.from(keys.split(','), keyCode);
}

/** What to send of a piece of input, and whether the keys were in it. */
export interface ScannedInput {
  readonly send: Uint8Array;
  readonly detached: boolean;
}

/** Looks for the detach keys in what is typed. The start of the sequence is held back until it is clear. */
export class DetachScanner {
  readonly #keys: Uint8Array;
  #matched = 0;

  constructor(keys: Uint8Array) {
    this.#keys = keys;
  }

  /** What of `input` goes to the container. After `detached` no more is asked. */
  scan(input: Uint8Array): ScannedInput {
    if (this.#keys.length === 0) return { send: input, detached: false };
    const send: number[] = [];
    for (const byte of input) {
      if (byte !== this.#keys[this.#matched] && this.#matched > 0) {
        // It was not the sequence after all: the container gets the keys that were held back.
        send.push(...this.#keys.subarray(0, this.#matched));
        this.#matched = 0;
      }
      if (byte === this.#keys[this.#matched]) this.#matched += 1;
      else send.push(byte);
      if (this.#matched === this.#keys.length)
        return { send: Uint8Array.from(send), detached: true };
    }
    return { send: Uint8Array.from(send), detached: false };
  }
}
