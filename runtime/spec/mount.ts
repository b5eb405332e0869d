import type { z } from 'zod';
import { list, nonEmptyText, record, text } from './fields.ts';
import { mountIdMappingsSchema } from './id-mappings.ts';

/** `mounts[]` of a config: https://github.com/opencontainers/runtime-spec/blob/v1.2.1/config.md#mounts */
export const mountSchema = record({
  /** Absolute path in the container. A relative one is taken from "/", as the specification says. */
  destination: nonEmptyText.transform((path) => (path.startsWith('/') ? path : `/${path}`)),
  /** File system; absent or `none` for a bind mount. */
  type: text.optional(),
  /** Device, or for a bind mount a path on the host. */
  source: text.optional(),
  /** As in fstab(5); what berth's launcher does not know goes to the file system as data. */
  options: list(text),
  /** Other ids for what is bound: `hostID` are those of the mount, `containerID` those of the source's file system. */
  uidMappings: mountIdMappingsSchema,
  gidMappings: mountIdMappingsSchema,
});

/** One mount, on top of the root file system and of the mounts before it. */
export type Mount = z.infer<typeof mountSchema> & {
  /**
   * In no config, only of the engine: what is bound is this path below the source. Somebody in another container may change what is
   * there, so it is resolved as the mount is made, and no link on it leads out of the source.
   */
  readonly sourceBelow?: string;
};
