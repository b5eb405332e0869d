import type { Container } from '../lifecycle/container.ts';
import type { EngineState } from '../lifecycle/engine-state.ts';
import { refuseWhenGoing } from './going-container.ts';
import { listChanges } from './list-changes.ts';
import type { FileChange } from './list-changes.ts';
import { needsRoot } from './root-change.ts';
import type { ChangedTree } from './root-change.ts';
import { viewsOf } from './rootfs-views.ts';
import type { RootfsViews } from './rootfs-views.ts';

/** Hands out a container's changes and its image below them, for as long as they are used. */
async function withTree<T>(
  { ports }: EngineState,
  views: RootfsViews,
  use: (tree: ChangedTree) => Promise<T>,
): Promise<T> {
  const upper = await ports.files.open(views.upper);
  try {
    const below = await ports.files.open(views.below);
    try {
      return await use({ upper, below });
    } finally {
      below.close();
    }
  } finally {
    upper.close();
  }
}

async function viewsOfContainer(state: EngineState, container: Container): Promise<RootfsViews> {
  return viewsOf(await state.ports.snapshots.containerRootfs(container.id));
}

/** What a container has changed of its image's files. @throws SNAPSHOT_MISSING, TREE_UNREADABLE */
export async function containerChanges(
  state: EngineState,
  container: Container,
): Promise<readonly FileChange[]> {
  return withTree(state, await viewsOfContainer(state, container), listChanges);
}

/**
 * What a container has changed, as a layer. What it changes meanwhile may or may not be in it.
 *
 * @throws CONTAINER_BEING_REMOVED, also at the end, when files have gone on the way
 */
export async function* containerLayer(
  state: EngineState,
  container: Container,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void> {
  const views = await viewsOfContainer(state, container);
  const root = (await withTree(state, views, needsRoot)) ? 'told' : 'left-out';
  yield* state.ports.files.archive({
    view: views.upper,
    form: 'layer',
    omits: (path) => path === '' && root === 'left-out',
    signal,
  });
  refuseWhenGoing(container, 'commit');
}

/** All files as a container sees them, without what is mounted in it. @throws as `containerLayer` */
export async function* containerArchive(
  state: EngineState,
  container: Container,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void> {
  const { merged } = await viewsOfContainer(state, container);
  yield* state.ports.files.archive({
    view: merged,
    form: 'archive',
    omits: (path) => path === '',
    signal,
  });
  refuseWhenGoing(container, 'export');
  state.announce(container, 'export');
}
