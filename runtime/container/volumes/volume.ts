import { z } from 'zod';

/** The label by which nameless volumes are told from those that somebody has named, as in Docker. */
export const anonymousLabel = 'com.docker.volume.anonymous';

/** A volume as `volume.json` keeps it. */
export const volumeSchema = z.object({
  version: z.literal(1),
  name: z.string(),
  /** Milliseconds since 1970. */
  createdMs: z.number(),
  labels: z.record(z.string(), z.string()),
  /** Of the driver "local": `type`, `device` and `o` of mount(8). */
  options: z.record(z.string(), z.string()),
  /** The container that a nameless volume goes with; absent once that was removed and has left it behind. */
  owner: z.string().optional(),
});

/** A folder that outlives containers. Values are replaced, never changed. */
export type Volume = Readonly<z.infer<typeof volumeSchema>>;

/** Whether nobody has named it. */
export function isAnonymous({ labels }: Volume): boolean {
  return Object.hasOwn(labels, anonymousLabel);
}
