import type { ContentStore } from './content-store.ts';
import type { ImageCatalog } from './image-catalog.ts';
import type { ImageEvents } from './image-events.ts';
import type { ImageImports } from './image-imports.ts';
import type { LayerStacks } from './layer-stacks.ts';

/** What the verbs on images work with; each takes what it needs of it. */
export interface ImageParts {
  readonly store: ContentStore;
  readonly stacks: LayerStacks;
  readonly catalog: ImageCatalog;
  readonly imports: ImageImports;
  readonly events: ImageEvents;
}
