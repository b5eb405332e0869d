import type { ImageContent } from './image-catalog.ts';
import type { ImageParts } from './image-parts.ts';
import { layerSizes } from './layer-sizes.ts';

/** One step in the making of an image. */
export interface HistoryEntry {
  /** Milliseconds since 1970; 0 when the image does not say. */
  readonly createdMs: number;
  readonly createdBy: string;
  readonly comment: string;
  /** Bytes of the files that the step brought; 0 for one that made no layer. */
  readonly sizeBytes: number;
}

/**
 * How an image came about, newest step first, from its configuration (OCI image-spec 1.1, config.md, "history"). What
 * the configuration does not tell is not there: an image without a history has none.
 */
export async function imageHistory(
  parts: Pick<ImageParts, 'stacks'>,
  image: Pick<ImageContent, 'config' | 'manifest'>,
): Promise<readonly HistoryEntry[]> {
  const layers = await layerSizes(parts, image);
  let layerCount = 0;
  const entries = (image.config.history ?? []).map((step): HistoryEntry => {
    const layer = step.empty_layer === true ? undefined : layers[layerCount++];
    const created = Date.parse(step.created ?? '');
    return {
      createdMs: Number.isNaN(created) ? 0 : created,
      createdBy: step.created_by ?? '',
      comment: step.comment ?? '',
      sizeBytes: layer?.sizeBytes ?? 0,
    };
  });
  return entries.reverse();
}
