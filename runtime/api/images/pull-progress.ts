import { BerthError, messageOf } from '../../errors/berth-error.ts';
import type { PullEvent } from '../../image/image-service.ts';
import { jsonLine } from '../http/api-response.ts';

/** The twelve digits by which Docker's clients name a layer. */
function shortDigest(digest: string): string {
  return digest.slice('sha256:'.length, 'sha256:'.length + 12);
}

function messagesFor(event: PullEvent): readonly unknown[] {
  switch (event.status) {
    case 'started':
      return [{ status: `Pulling from ${event.repository}`, id: event.tag }];
    case 'source-failed':
      return [{ status: `${event.source} did not deliver: ${event.message}` }];
    case 'resolved':
      return [];
    case 'layer-waiting':
      return [{ status: 'Pulling fs layer', progressDetail: {}, id: shortDigest(event.layer) }];
    case 'layer-exists':
      return [{ status: 'Already exists', progressDetail: {}, id: shortDigest(event.layer) }];
    case 'layer-downloading':
      return [
        {
          status: 'Downloading',
          progressDetail: { current: event.receivedBytes, total: event.totalBytes },
          id: shortDigest(event.layer),
        },
      ];
    case 'layer-downloaded':
      return [{ status: 'Download complete', progressDetail: {}, id: shortDigest(event.layer) }];
    case 'layer-complete':
      return [{ status: 'Pull complete', progressDetail: {}, id: shortDigest(event.layer) }];
    case 'done':
      return [
        { status: `Digest: ${event.digest}` },
        {
          status:
            event.outcome === 'downloaded'
              ? `Status: Downloaded newer image for ${event.reference}`
              : `Status: Image is up to date for ${event.reference}`,
        },
      ];
  }
}

/**
 * A pull's events in the words of Docker's clients, one JSON object a line. An error before the first event is thrown,
 * so that it gets an HTTP status; a later one is the last line, as the protocol has it.
 */
export async function* pullProgress(events: AsyncIterable<PullEvent>): AsyncGenerator<string> {
  let said = false;
  try {
    for await (const event of events) {
      for (const message of messagesFor(event)) {
        said = true;
        yield jsonLine(message);
      }
    }
  } catch (error) {
    if (!said) throw error;
    const message = messageOf(error);
    const remedy = error instanceof BerthError ? error.remedy : undefined;
    yield jsonLine({
      errorDetail: { message, ...(remedy === undefined ? {} : { remedy }) },
      error: message,
    });
  }
}
