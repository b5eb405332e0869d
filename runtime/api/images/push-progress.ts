import type { PushEvent } from '../../image/image-target.ts';
import { jsonLine } from '../http/api-response.ts';
import { failBeforeFirst, layerLine } from './progress-stream.ts';

/** Layers that are uploaded at the same time, as Docker does; the others are told to wait. */
const atOnce = 5;

/**
 * A push's events in the words of Docker's clients, one JSON object a line. An error before the first line is thrown,
 * so that it gets an HTTP status; a later one is the last line, as the protocol has it.
 */
export function pushProgress(events: AsyncIterable<PushEvent>): AsyncIterable<string> {
  return failBeforeFirst(pushLines(events));
}

async function* pushLines(events: AsyncIterable<PushEvent>): AsyncGenerator<string> {
  let layers = 0;
  for await (const event of events) {
    if (event.status === 'layer-waiting') layers += 1;
    yield* linesFor(event);
    if (event.status === 'layer-waiting' && layers > atOnce)
      yield layerLine(event.layer, 'Waiting');
  }
}

function linesFor(event: PushEvent): readonly string[] {
  switch (event.status) {
    case 'started':
      return [jsonLine({ status: `The push refers to repository [${event.repository}]` })];
    case 'layer-waiting':
      return [layerLine(event.layer, 'Preparing')];
    case 'layer-exists':
      return [layerLine(event.layer, 'Layer already exists')];
    case 'layer-mounted':
      return [layerLine(event.layer, `Mounted from ${event.from}`)];
    case 'layer-uploading':
      return [
        layerLine(event.layer, 'Pushing', { current: event.sentBytes, total: event.totalBytes }),
      ];
    case 'layer-retrying': {
      const seconds = Math.ceil(event.delayMs / 1000);
      return [layerLine(event.layer, `Retrying in ${seconds} second${seconds === 1 ? '' : 's'}`)];
    }
    case 'layer-pushed':
      return [layerLine(event.layer, 'Pushed')];
    case 'done': {
      const { tag, digest, sizeBytes } = event;
      return [
        jsonLine({ status: `${tag}: digest: ${digest} size: ${sizeBytes}` }),
        jsonLine({ progressDetail: {}, aux: { Tag: tag, Digest: digest, Size: sizeBytes } }),
      ];
    }
  }
}
