import { digestOf } from '../image/digest.ts';
import type { Digest } from '../image/digest.ts';

/** Stands for no layer at all: an image made from nothing, with nothing in it. */
export const emptyChainId = digestOf('');

/**
 * The ChainIDs of a stack of layers, lowest first: each names a layer together with all below it (OCI image-spec
 * 1.1, config.md, "Layer ChainID").
 */
export function chainIdsOf(diffIds: readonly Digest[]): readonly Digest[] {
  const chainIds: Digest[] = [];
  for (const diffId of diffIds) {
    const below = chainIds.at(-1);
    chainIds.push(below === undefined ? diffId : digestOf(`${below} ${diffId}`));
  }
  return chainIds;
}
