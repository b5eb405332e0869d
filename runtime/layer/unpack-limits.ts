import { BerthError } from '../errors/berth-error.ts';

/** What no honest layer exceeds. */
export interface UnpackLimits {
  /** A layer may always have this many plain bytes. */
  readonly plainBytes: number;
  /** Beyond `plainBytes`, it may have this many times the bytes of its blob. */
  readonly expansion: number;
}

/** Ten thousand times is what gzip can do; files that people make are packed ten times smaller, rarely fifty. */
export const defaultLimits: UnpackLimits = { plainBytes: 4 * 1024 ** 3, expansion: 200 };

/**
 * Refuses a layer that expands without end before it fills the disk.
 *
 * @throws LAYER_TOO_LARGE
 */
export function checkExpansion(
  plainBytes: number,
  blobBytes: number,
  { plainBytes: free, expansion }: UnpackLimits,
): void {
  if (plainBytes <= free || plainBytes <= expansion * blobBytes) return;
  throw new BerthError('LAYER_TOO_LARGE', {
    message: `the layer has ${blobBytes} bytes and expands to more than ${plainBytes}; wanted at most ${expansion} times as many`,
    remedy:
      'Do not use this image: it is made to fill the disk. Build it again from a source that you trust.',
    details: { plainBytes, blobBytes },
  });
}
