import type { OutputStream } from '../logs/log-line.ts';

/** How output goes over one connection: bare, or each piece behind eight bytes that name its stream. */
export type Framing = 'raw' | 'multiplexed';

/** A piece of output as it goes over the wire. */
export interface OutputPiece {
  readonly stream: OutputStream;
  readonly text: Buffer;
}

/**
 * The eight bytes before a piece of multiplexed output (Docker Engine API 1.51, "Stream format"): the stream's
 * number, three zeros, the length as a big-endian u32.
 */
export function frameHeader(stream: OutputStream, length: number): Buffer {
  const header = Buffer.alloc(8);
  header[0] = stream === 'stdout' ? 1 : 2;
  header.writeUInt32BE(length, 4);
  return header;
}

/** Pieces as the bytes of one write. */
export function encodeOutput(pieces: readonly OutputPiece[], framing: Framing): Buffer {
  const [only] = pieces;
  if (framing === 'raw') {
    return pieces.length === 1 && only !== undefined
      ? only.text
      : Buffer.concat(pieces.map((piece) => piece.text));
  }
  return Buffer.concat(
    pieces.flatMap((piece) => [frameHeader(piece.stream, piece.text.length), piece.text]),
  );
}
