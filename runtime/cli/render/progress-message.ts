import type { Fields } from '../client/fields.ts';
import { fieldsAt, optionalNumber, optionalText } from '../client/fields.ts';

/** What a message of pull, push, load and import says. */
export type ProgressMessage =
  | { readonly kind: 'failure'; readonly message: string; readonly remedy: string }
  /** Printed as it is. */
  | { readonly kind: 'text'; readonly text: string }
  /** State of a part, such as a layer; each has a line of its own. */
  | { readonly kind: 'part'; readonly id: string; readonly state: PartState }
  /** For programs, such as the digest in a push's `aux`. */
  | { readonly kind: 'nothing' };

/** State of a part. */
export interface PartState {
  readonly status: string;
  /** 0 when nothing is being moved. */
  readonly currentBytes: number;
  /** 0 when it is not known. */
  readonly totalBytes: number;
}

/** Reads one message of Docker's progress streams (moby `jsonmessage`). */
export function progressMessage(message: Fields): ProgressMessage {
  const detail = fieldsAt(message, 'errorDetail');
  const failure = optionalText(detail, 'message') || optionalText(message, 'error');
  if (failure !== '') {
    return { kind: 'failure', message: failure, remedy: optionalText(detail, 'remedy') };
  }
  const stream = optionalText(message, 'stream');
  if (stream !== '') return { kind: 'text', text: stream };
  const id = optionalText(message, 'id');
  const status = optionalText(message, 'status');
  if (status === '') return { kind: 'nothing' };
  if (id === '') return { kind: 'text', text: `${status}\n` };
  const progress = fieldsAt(message, 'progressDetail');
  const state = {
    status,
    currentBytes: optionalNumber(progress, 'current'),
    totalBytes: optionalNumber(progress, 'total'),
  };
  return { kind: 'part', id, state };
}
