import type { PullEvent } from '../../image/image-service.ts';
import { parseReference } from '../../image/reference.ts';
import { jsonLine } from '../http/api-response.ts';
import { failBeforeFirst, layerLine, shortDigest } from './progress-stream.ts';

/** Layers that are downloaded at the same time, as Docker does; the others are told to wait. */
const atOnce = 3;

/** Tells of one pull: what has been said counts for what is said next. */
class PullTeller {
  #layers = 0;
  /** Sources that failed before one answered: what fails altogether has a status instead of a stream, as with dockerd. */
  #unsaid: string[] | undefined = [];
  /** Layers that are here already: not worth a word when the image is, too, as in Docker. */
  #present: string[] | undefined = [];
  /** Mirrors that served layers, and which. The registry itself goes without saying. */
  readonly #served = new Map<string, string[]>();

  /** The lines that an event is worth, in the words of Docker's clients. */
  linesFor(event: PullEvent): readonly string[] {
    switch (event.status) {
      case 'started':
        // Docker leaves the registry out here, and here alone.
        return [
          ...this.#takeUnsaid(),
          jsonLine({
            status: `Pulling from ${parseReference(event.reference).path}`,
            id: event.tag,
          }),
        ];
      case 'source-failed':
        return this.#sourceFailed(`${event.source} did not deliver: ${event.message}`);
      case 'resolved':
        return [];
      case 'layer-waiting':
        this.#layers += 1;
        return [
          ...this.#takePresent(),
          layerLine(event.layer, 'Pulling fs layer'),
          ...(this.#layers > atOnce ? [layerLine(event.layer, 'Waiting')] : []),
        ];
      case 'layer-exists':
        return this.#exists(layerLine(event.layer, 'Already exists'));
      case 'layer-downloading':
        return [
          layerLine(event.layer, 'Downloading', {
            current: event.receivedBytes,
            total: event.totalBytes,
          }),
        ];
      case 'layer-downloaded':
        this.#remember(event.source, event.layer);
        return [
          layerLine(event.layer, 'Verifying Checksum'),
          layerLine(event.layer, 'Download complete'),
        ];
      case 'layer-extracting':
        return [
          layerLine(event.layer, 'Extracting', {
            current: event.readBytes,
            total: event.totalBytes,
          }),
        ];
      case 'layer-complete':
        return [layerLine(event.layer, 'Pull complete')];
      case 'done':
        return this.#closing(event);
    }
  }

  #sourceFailed(status: string): readonly string[] {
    const line = jsonLine({ status });
    if (this.#unsaid === undefined) return [line];
    this.#unsaid.push(line);
    return [];
  }

  #takeUnsaid(): readonly string[] {
    const lines = this.#unsaid ?? [];
    this.#unsaid = undefined;
    return lines;
  }

  #exists(line: string): readonly string[] {
    if (this.#present === undefined) return [line];
    this.#present.push(line);
    return [];
  }

  /** The lines that were held back; from now on there are none. */
  #takePresent(): readonly string[] {
    const lines = this.#present ?? [];
    this.#present = undefined;
    return lines;
  }

  #remember(source: string, layer: string): void {
    // Mirrors are named by their URL, the registry by its host alone.
    if (!source.includes('://')) return;
    this.#served.set(source, [...(this.#served.get(source) ?? []), shortDigest(layer)]);
  }

  #closing(event: Extract<PullEvent, { status: 'done' }>): readonly string[] {
    const served = [...this.#served].map(([source, layers]) =>
      jsonLine({ status: `${layers.join(', ')}: from ${source}` }),
    );
    const outcome =
      event.outcome === 'downloaded' ? 'Downloaded newer image' : 'Image is up to date';
    return [
      ...(event.outcome === 'downloaded' ? this.#takePresent() : []),
      ...served,
      jsonLine({ status: `Digest: ${event.digest}` }),
      jsonLine({ status: `Status: ${outcome} for ${event.reference}` }),
    ];
  }
}

/** One pull, which begins when it is read. */
export type StartPull = () => AsyncIterable<PullEvent>;

/** As `pullProgress`, for several pulls one after the other, as `docker pull --all-tags` has them. */
export function pullAllProgress(pulls: AsyncIterable<StartPull>): AsyncIterable<string> {
  async function* lines(): AsyncGenerator<string> {
    for await (const start of pulls) yield* pullLines(start());
  }
  return failBeforeFirst(lines());
}

/**
 * A pull's events in the words of Docker's clients, one JSON object a line. An error before the first line is thrown,
 * so that it gets an HTTP status; a later one is the last line, as the protocol has it.
 */
export function pullProgress(events: AsyncIterable<PullEvent>): AsyncIterable<string> {
  return failBeforeFirst(pullLines(events));
}

async function* pullLines(events: AsyncIterable<PullEvent>): AsyncGenerator<string> {
  const teller = new PullTeller();
  for await (const event of events) yield* teller.linesFor(event);
}
