/** An answer of a source: bytes from some offset on. */
export interface SourceBody {
  /** Of the whole, not of what is left; `undefined` when the source does not say. */
  readonly sizeBytes: number | undefined;
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Who delivers, for the log. */
  readonly from: string;
}

/** Where content can be fetched from, as often as need be. */
export interface Source {
  /** What it is, for messages: `docker.io/library/app@sha256:...`, a URL. */
  readonly name: string;
  /**
   * Begins to fetch.
   *
   * @param offsetBytes Where the bytes are to begin.
   * @throws the codes of `runtime/errors/areas/registry.ts`
   */
  open(offsetBytes: number, signal: AbortSignal): Promise<SourceBody>;
  /** What it delivered last was wrong: it should ask somebody else next time. */
  distrust(): void;
}

/** How often a transfer is taken up again after it broke. */
const mostResumptions = 8;

/**
 * Streams the bytes from an offset on, taking the transfer up again where it broke.
 *
 * @param first The body that has come already, from `offsetBytes` on.
 * @throws what the source throws when it does not go on
 */
export async function* resuming(
  source: Source,
  first: SourceBody,
  options: { readonly offsetBytes: number; readonly signal: AbortSignal },
): AsyncGenerator<Uint8Array, void> {
  const { signal } = options;
  const { sizeBytes } = first;
  let position = options.offsetBytes;
  let body = first;
  for (let resumptions = 0; ; resumptions += 1) {
    try {
      for await (const chunk of body.chunks) {
        signal.throwIfAborted();
        position += chunk.byteLength;
        yield chunk;
      }
      if (sizeBytes === undefined || position >= sizeBytes) return;
      throw new Error(`"${source.name}" ended after ${position} bytes; wanted ${sizeBytes}`);
    } catch (error) {
      signal.throwIfAborted();
      // Without a size nobody can tell whether what follows belongs to what came.
      if (resumptions === mostResumptions || sizeBytes === undefined) throw error;
      body = await source.open(position, signal);
    }
  }
}
