import { loadedMessage } from '../../image/image-service.ts';
import type { ImageService, LoadProgress } from '../../image/image-service.ts';
import { EventQueue } from '../../image/event-queue.ts';
import type { Platform } from '../../image/image-config.ts';
import type { ApiRequest } from '../http/api-request.ts';
import { jsonLine } from '../http/api-response.ts';
import { platformOf } from './platform-parameter.ts';
import { endWithError, layerLine } from './progress-stream.ts';

/**
 * Loads images as `POST /images/load` asks, telling in Docker's words how it goes; of layers only when not `quiet`. Whatever is
 * wrong with the archive is the last line of an answer with status 200, as dockerd has it: it has read the parameters by then.
 *
 * @throws API_REQUEST_INVALID
 */
export function loadProgress(request: ApiRequest, images: ImageService): AsyncIterable<string> {
  const isQuiet = request.query.flagOr('quiet', 'on');
  const platform = platformOf(request, '1.48');
  return endWithError(loadLines(request, images, { ...platform, isQuiet }));
}

async function* loadLines(
  { body, signal }: ApiRequest,
  images: ImageService,
  { isQuiet, ...platform }: { readonly isQuiet: boolean; readonly platform?: Platform },
): AsyncGenerator<string> {
  const lines = new EventQueue<string>();
  const onProgress = ({ layer, readBytes, totalBytes }: LoadProgress): void => {
    lines.push(layerLine(layer, 'Loading layer', { current: readBytes, total: totalBytes }));
  };
  const options = { signal, ...platform, ...(isQuiet ? {} : { onProgress }) };
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
