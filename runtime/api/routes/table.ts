import type { Route } from '../route.ts';
import { containerArchiveRoutes } from './container-archive.ts';
import { containerChangeRoutes } from './container-changes.ts';
import { containerCheckpointRoutes } from './container-checkpoints.ts';
import { containerPauseRoutes } from './container-pause.ts';
import { containerPruneRoutes } from './container-prune.ts';
import { containerStreamRoutes } from './container-streams.ts';
import { containerUpdateRoutes } from './container-update.ts';
import { containerUsageRoutes } from './container-usage.ts';
import { containerRoutes } from './containers.ts';
import { eventRoutes } from './events.ts';
import { execRoutes } from './exec.ts';
import { imageTransferRoutes } from './image-transfers.ts';
import { imageRoutes } from './images.ts';
import { mirrorRoutes } from './mirrors.ts';
import { networkRoutes } from './networks.ts';
import { nothingToPruneRoutes } from './nothing-to-prune.ts';
import { registryRoutes } from './registries.ts';
import { systemRoutes } from './system.ts';
import { volumeRoutes } from './volumes.ts';

/** Everything that berth answers. */
export const routes: readonly Route[] = [
  ...systemRoutes,
  ...registryRoutes,
  ...imageTransferRoutes,
  ...imageRoutes,
  ...mirrorRoutes,
  ...containerRoutes,
  ...containerCheckpointRoutes,
  ...containerPauseRoutes,
  ...containerPruneRoutes,
  ...nothingToPruneRoutes,
  ...containerUpdateRoutes,
  ...containerUsageRoutes,
  ...containerArchiveRoutes,
  ...containerChangeRoutes,
  ...containerStreamRoutes,
  ...execRoutes,
  ...volumeRoutes,
  ...networkRoutes,
  ...eventRoutes,
];
