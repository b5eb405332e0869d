import { checkpointOperations } from './checkpoint-operations.ts';
import { ofSeveralRequests, onOneContainer } from './container-operations.ts';
import { driverOperations } from './driver-operations.ts';
import { ofVolumesAndImages } from './image-operations.ts';
import { networkOperations } from './network-operations.ts';
import type { Operation } from './operation.ts';
import { unaskedOperations } from './unasked-operations.ts';

/** All that berthd is killed under. */
export const operations: readonly Operation[] = [
  ...onOneContainer,
  ...ofSeveralRequests,
  ...ofVolumesAndImages,
  ...unaskedOperations,
  ...checkpointOperations,
  ...networkOperations,
  ...driverOperations,
];
