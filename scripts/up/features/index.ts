import type { UpFeature } from './feature.ts';
import { replaceDocker } from './replace-docker.ts';

/** What `berth up` can do besides the engine: a file each, a line here. Their steps come in this order. */
export const upFeatures: readonly UpFeature[] = [replaceDocker];
