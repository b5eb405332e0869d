import { z } from 'zod';

import { digestSchema } from '../../image/image-config.ts';
import { idMappingsSchema } from '../../spec/id-mappings.ts';
import { containerConfigSchema } from './container-config.ts';
import { isContainerId } from './container-id.ts';
import { containerMountSchema } from './container-mount.ts';
import { containerStateSchema } from './container-state.ts';
import { hostConfigSchema } from './host-config.ts';
import { endpointSettingsSchema } from './networking-config.ts';

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
  /** All that it has mounted, volumes by their names; absent in records of before there were volumes. */
  mounts: z.array(containerMountSchema).readonly().optional(),
  /** The networks that it is to be connected to, by name; absent in records of before there were networks. */
  networks: z.record(z.string(), endpointSettingsSchema).optional(),
  /** The containers that it is linked to (`--link`) on the default bridge, by ids; absent: none. */
  links: z
    .array(z.object({ alias: z.string(), container: z.string() }))
    .readonly()
    .optional(),
  /** Those that were taken away while it ran: what it has of them goes, too, and then this. */
  unlinking: z
    .array(z.object({ alias: z.string(), container: z.string() }))
    .readonly()
    .optional(),
  /** How often its policy has started it again since somebody last did. */
  restartCount: z.int().min(0).default(0),
  /** Somebody has stopped it, or sent it a signal, since it was last started. */
  manuallyStopped: z.boolean().default(false),
  /** Its policy does not start it again after the end to come: somebody asked for that end. */
  restartCancelled: z.boolean().default(false),
  /** What was begun and has to be finished, also by another berthd: it is to be stopped and started again. */
  pending: z
    .object({
      operation: z.literal('restart'),
      signal: z.string().optional(),
      timeoutSeconds: z.number().optional(),
    })
    .optional(),
  /** Set while limits of a running container are changed: what `hostConfig` says may not be what holds. */
  limitsPending: z.literal(true).optional(),
  /** Set while a checkpoint is made or removed: the folder that it is in before it has its name, or when it has none any more. */
  checkpointImages: z.string().optional(),
  /** The ids of the host that those of its last run stand for; absent: they are the host's own. */
  idRemap: z.object({ uids: idMappingsSchema, gids: idMappingsSchema }).optional(),
});

/** A container's record; values are replaced, never changed. */
export type ContainerRecord = Readonly<z.infer<typeof containerRecordSchema>>;
