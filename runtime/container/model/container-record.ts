import { z } from 'zod';

import { digestSchema } from '../../image/image-config.ts';
import { containerConfigSchema } from './container-config.ts';
import { isContainerId } from './container-id.ts';
import { containerStateSchema } from './container-state.ts';
import { hostConfigSchema } from './host-config.ts';

/** The version of the record that this berth writes; a record with a higher one is left alone. */
export const recordVersion = 1;

/** A container as `container.json` keeps it. */
export const containerRecordSchema = z.object({
  version: z.literal(recordVersion),
  id: z.string().refine(isContainerId, 'not a container id'),
  /** Without Docker's leading slash. */
  name: z.string(),
  /** Milliseconds since 1970. */
  createdMs: z.number(),
  imageId: digestSchema,
  /** What the client asked for, with what the image adds. */
  config: containerConfigSchema,
  hostConfig: hostConfigSchema,
  state: containerStateSchema,
});

/** A container's record; values are replaced, never changed. */
export type ContainerRecord = Readonly<z.infer<typeof containerRecordSchema>>;
