import { openDownload } from '../../host/download.ts';
import type { Download } from '../../host/download.ts';
import { BerthError, messageOf } from '../../errors/berth-error.ts';
import type { Platform } from '../../image/image-config.ts';
import type { ImageService } from '../../image/image-service.ts';
import { parseTagTarget } from '../../image/reference.ts';
import type { ApiRequest } from '../http/api-request.ts';
import { jsonLine } from '../http/api-response.ts';
import { parsePlatform } from './platform-parameter.ts';
import { progressBar } from './progress-bar.ts';
import { endWithError } from './progress-stream.ts';

/** Bytes between two lines of progress of a download. */
const progressStepBytes = 512 * 1024;

/**
 * Imports an image as `POST /images/create?fromSrc=` asks, telling in Docker's words how it goes. A source of `-` is the
 * request's body, anything else a URL.
 *
 * @throws API_REQUEST_INVALID, REFERENCE_INVALID, IMPORT_SOURCE_UNAVAILABLE, and what `ImageService.import` throws
 */
export async function* importProgress(
  request: ApiRequest,
  images: ImageService,
): AsyncGenerator<string> {
  const { query, body, signal } = request;
  const source = query.text('fromSrc');
  const [repository, tag] = [query.text('repo'), query.text('tag')];
  const name = repository === '' ? undefined : parseTagTarget(repository, tag);
  const options = {
    name,
    message: query.optionalText('message') ?? `Imported from ${source}`,
    changes: query.all('changes'),
    platform: platformFor(query.text('platform')),
    signal,
  };
  if (source === '-') {
    yield jsonLine({ status: await images.import(body, options) });
    return;
  }
  const url = sourceUrl(source);
  const download = await open(url, signal);
  yield jsonLine({ status: `Downloading from ${url.href}` });
  yield* endWithError(importDownload(download, (chunks) => images.import(chunks, options)));
}

/** @throws API_REQUEST_INVALID also for systems that no container here can be of */
function platformFor(text: string): Platform | undefined {
  if (text === '') return undefined;
  const platform = parsePlatform(text);
  if (platform.os === 'linux') return platform;
  throw new BerthError('API_REQUEST_INVALID', {
    message: `operating system is not supported: query parameter "platform" is "${text}", wanted a platform of "linux"`,
    remedy: 'Correct "platform", or leave it out for the host\'s own.',
    details: { parameter: 'platform', value: text },
  });
}

/** Docker takes `host/path` for `http://host/path`. */
function sourceUrl(source: string): URL {
  const text = source.includes('://') ? source : `http://${source}`;
  const url = URL.parse(text);
  if (url !== null && ['http:', 'https:'].includes(url.protocol) && url.hostname !== '') return url;
  throw new BerthError('API_REQUEST_INVALID', {
    message: `query parameter "fromSrc" is "${source}", wanted "-" or an http or https URL`,
    remedy: 'Correct "fromSrc".',
    details: { parameter: 'fromSrc', value: source },
  });
}

async function open(url: URL, signal: AbortSignal): Promise<Download> {
  try {
    return await openDownload(url, signal);
  } catch (error) {
    throw new BerthError('IMPORT_SOURCE_UNAVAILABLE', {
      message: `"${url.href}" could not be downloaded: ${messageOf(error)}`,
      remedy: 'Look at the URL from this host, or download it and import the file.',
      details: { url: url.href },
      cause: error,
    });
  }
}

/** Tells of the download while it goes on; the import reads it at its own pace. */
async function* importDownload(
  { body, sizeBytes }: Download,
  importFrom: (chunks: AsyncIterable<Uint8Array>) => Promise<string>,
): AsyncGenerator<string> {
  let received = 0;
  let told = 0;
  let wake: () => void = () => undefined;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of body) {
      received += chunk.byteLength;
      if (received - told >= progressStepBytes) wake();
      yield chunk;
    }
  }
  let outcome: { readonly id: string } | undefined;
  const ended = importFrom(counted()).then((id) => {
    outcome = { id };
  });
  while (outcome === undefined) {
    const progress = new Promise<void>((resolve) => {
      wake = resolve;
    });
    await Promise.race([ended, progress]);
    told = received;
    const progressDetail = { current: received, ...(sizeBytes && { total: sizeBytes }) };
    yield jsonLine({
      status: 'Importing',
      progressDetail,
      progress: progressBar(progressDetail),
    });
  }
  yield jsonLine({ status: outcome.id });
}
