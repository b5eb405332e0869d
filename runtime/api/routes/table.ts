import type { Route } from '../route.ts';
import { containerChangeRoutes } from './container-changes.ts';
import { containerStreamRoutes } from './container-streams.ts';
import { containerRoutes } from './containers.ts';
import { eventRoutes } from './events.ts';
import { execRoutes } from './exec.ts';
import { imageTransferRoutes } from './image-transfers.ts';
import { imageRoutes } from './images.ts';
import { mirrorRoutes } from './mirrors.ts';
import { registryRoutes } from './registries.ts';
import { systemRoutes } from './system.ts';

/** Everything that berth answers. */
export const routes: readonly Route[] = [
  ...systemRoutes,
  ...registryRoutes,
  ...imageTransferRoutes,
  ...imageRoutes,
  ...mirrorRoutes,
  ...containerRoutes,
  ...containerChangeRoutes,
  ...containerStreamRoutes,
  ...execRoutes,
  ...eventRoutes,
];
