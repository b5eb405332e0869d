import { BerthError, messageOf } from '../../errors/berth-error.ts';
import { toDiskError } from '../../host/disk-error.ts';
import { jsonLine } from '../http/api-response.ts';
import { currentRequest } from '../http/request-context.ts';
import { progressBar } from './progress-bar.ts';
import type { ByteProgress } from './progress-bar.ts';

/** The twelve digits by which Docker's clients name a layer. */
export function shortDigest(digest: string): string {
  return digest.slice('sha256:'.length, 'sha256:'.length + 12);
}

/** One line about one layer. */
export function layerLine(digest: string, status: string, progress?: ByteProgress): string {
  const id = shortDigest(digest);
  return progress === undefined
    ? jsonLine({ status, progressDetail: {}, id })
    : jsonLine({ status, progressDetail: progress, progress: progressBar(progress), id });
}

/** Lines of which the last one tells of an error, when there was one: the status went out long before. */
export async function* endWithError(lines: AsyncIterable<string>): AsyncGenerator<string> {
  try {
    yield* lines;
  } catch (thrown) {
    const error = toDiskError(thrown);
    const message = messageOf(error);
    const remedy = error instanceof BerthError ? error.remedy : undefined;
    const request = currentRequest();
    if (request !== undefined) request.failure = error;
    yield jsonLine({
      errorDetail: {
        message,
        ...(remedy === undefined ? {} : { remedy }),
        ...(request === undefined ? {} : { requestId: request.id }),
      },
      error: message,
    });
  }
}

/**
 * As `endWithError`, but an error before the first line is thrown, so that it gets an HTTP status.
 *
 * @throws what `lines` throws before its first line
 */
export async function* failBeforeFirst(lines: AsyncIterable<string>): AsyncGenerator<string> {
  const iterator = lines[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done === true) return;
  let done = false;
  try {
    yield first.value;
    yield* endWithError({ [Symbol.asyncIterator]: () => iterator });
    done = true;
  } finally {
    if (!done) await iterator.return?.();
  }
}
