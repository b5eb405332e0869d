import { loadedMessage } from '../../image/image-service.ts';
import type { ImageService, LoadProgress } from '../../image/image-service.ts';
import { EventQueue } from '../../image/event-queue.ts';
import type { ApiRequest } from '../http/api-request.ts';
import { jsonLine } from '../http/api-response.ts';
import { platformOf } from './platform-parameter.ts';
import { failBeforeFirst, layerLine } from './progress-stream.ts';

/** Loads images as `POST /images/load` asks, telling in Docker's words how it goes; of layers only when not `quiet`. */
export function loadProgress(request: ApiRequest, images: ImageService): AsyncIterable<string> {
  return failBeforeFirst(loadLines(request, images));
}

async function* loadLines(request: ApiRequest, images: ImageService): AsyncGenerator<string> {
  const { query, body, signal } = request;
  const lines = new EventQueue<string>();
  const onProgress = ({ layer, readBytes, totalBytes }: LoadProgress): void => {
    lines.push(layerLine(layer, 'Loading layer', { current: readBytes, total: totalBytes }));
  };
  const isQuiet = query.flagOr('quiet', 'on');
  const options = { signal, ...platformOf(request, '1.48'), ...(isQuiet ? {} : { onProgress }) };
  images.load(body, options).then(
    (loaded) => {
      for (const image of loaded) lines.push(jsonLine({ stream: `${loadedMessage(image)}\n` }));
      lines.end();
    },
    (error: unknown) => {
      lines.fail(error);
    },
  );
  yield* lines.read();
}
