import { Readable } from 'node:stream';
import { createDeflateRaw, createGzip } from 'node:zlib';

/** How a body is compressed: `deflate` is bare, without zlib's header, as Docker has it. */
export type ContentEncoding = 'gzip' | 'deflate';

const offers: readonly ContentEncoding[] = ['gzip', 'deflate'];

/**
 * What a client takes best of an `Accept-Encoding` (RFC 9110, section 12.5.3); `undefined` for the body as it is, which goes
 * also to who says nothing. Of what it likes equally gzip comes first.
 */
export function acceptedEncoding(
  header: string | string[] | undefined,
): ContentEncoding | undefined {
  let best: { readonly offer: ContentEncoding; readonly weight: number } | undefined;
  const accepted = [header ?? []].flat().join(',').split(',').map(parseItem);
  for (const offer of offers) {
    for (const { name, weight } of accepted) {
      if ((name === offer || name === '*') && weight > (best?.weight ?? 0))
        best = { offer, weight };
    }
  }
  return best?.offer;
}

function parseItem(text: string): { readonly name: string; readonly weight: number } {
  const [name = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const quality = parameters.find((each) => each.startsWith('q='));
  const weight = quality === undefined ? 1 : Number(quality.slice(2));
  // What is no number says nothing that one could go by.
  return { name, weight: Number.isFinite(weight) ? weight : 0 };
}

/** A body that is compressed while it is sent; what the source throws is thrown, and who stops reading ends the source. */
export async function* compressed(
  chunks: AsyncIterable<Uint8Array>,
  encoding: ContentEncoding,
): AsyncGenerator<Uint8Array, void> {
  const compressor = encoding === 'gzip' ? createGzip() : createDeflateRaw();
  const source = Readable.from(chunks, { objectMode: false });
  source.once('error', (error) => compressor.destroy(error));
  source.pipe(compressor);
  try {
    for await (const chunk of compressor) yield chunk as Buffer;
  } finally {
    source.destroy();
    compressor.destroy();
  }
}
