import type { Route } from '../route.ts';
import { containerStreamRoutes } from './container-streams.ts';
import { containerRoutes } from './containers.ts';
import { eventRoutes } from './events.ts';
import { imageRoutes } from './images.ts';
import { systemRoutes } from './system.ts';

/** Everything that berth answers. */
export const routes: readonly Route[] = [
  ...systemRoutes,
  ...imageRoutes,
  ...containerRoutes,
  ...containerStreamRoutes,
  ...eventRoutes,
];
