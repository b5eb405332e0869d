import { BerthError, isBerthError, messageOf } from '../errors/berth-error.ts';
import type { ErrorCode } from '../errors/catalogue.ts';
import type { ImageFailure } from '../syscall/run-image.ts';
import type { ImageSlot } from './image-slots.ts';
import type { UnpackLimits } from './unpack-limits.ts';

/** What a thread is given when it is started. */
export interface ThreadData {
  /** Descriptor of the ScratchFile that images are written to. */
  readonly scratchFd: number;
}

/** What a thread is to unpack. Descriptors are those of the whole process. */
export interface UnpackOrder {
  readonly blobFd: number;
  /** Bytes of the whole blob, when they are known. */
  readonly blobBytes: number | undefined;
  /** Wanted digest of the plain bytes. */
  readonly diffId: string;
  readonly limits: UnpackLimits;
}

/** What the main thread tells. `task` is counted: what belongs to an earlier one is not listened to. */
export type ToThread =
  | { readonly kind: 'unpack'; readonly task: number; readonly order: UnpackOrder }
  | {
      readonly kind: 'available';
      readonly task: number;
      readonly bytes: number;
      readonly isEnd: boolean;
    }
  /** An image was run to its end, or to what failed in it. */
  | { readonly kind: 'ran'; readonly task: number; readonly failure: ImageFailure | undefined }
  /** The task is to end with an error; the main thread knows why. */
  | { readonly kind: 'stop'; readonly task: number };

/** What a thread tells. After `unpacked` or `failed` nothing of the task runs any more. */
export type FromThread =
  /** More of the blob than this. */
  | { readonly kind: 'wants'; readonly task: number; readonly seenBytes: number }
  | {
      readonly kind: 'run';
      readonly task: number;
      readonly slot: ImageSlot;
      /** Bytes of the blob that are used up. */
      readonly readBytes: number;
    }
  | { readonly kind: 'unpacked'; readonly task: number; readonly sizeBytes: number }
  | { readonly kind: 'failed'; readonly task: number; readonly error: SentError };

/** A BerthError on its way from one thread to another, which errors do not survive as what they are. */
export interface SentError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly remedy: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;
  readonly cause: string | undefined;
}

/** Packs an error for another thread. */
export function sendError(error: unknown): SentError {
  if (!isBerthError(error)) {
    const cause = error instanceof Error ? error.stack : undefined;
    const message = `the layer could not be unpacked: ${messageOf(error)}`;
    return { code: 'LAYER_UNPACK_FAILED', message, remedy: undefined, details: {}, cause };
  }
  const { code, message, remedy, details } = error;
  const cause = error.cause === undefined ? undefined : messageOf(error.cause);
  return { code, message, remedy, details, cause };
}

/** The error that another thread has sent. */
export function receiveError({ code, message, remedy, details, cause }: SentError): BerthError {
  return new BerthError(code, {
    message,
    details,
    ...(remedy !== undefined && { remedy }),
    ...(cause !== undefined && { cause: new Error(cause) }),
  });
}
