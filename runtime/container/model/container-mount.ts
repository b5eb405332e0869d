import { z } from 'zod';

import { digestSchema } from '../../image/image-config.ts';

/** Mount propagation of a bind (mount_namespaces(7)). */
export const propagations = [
  'rprivate',
  'private',
  'rshared',
  'shared',
  'rslave',
  'slave',
] as const;

/** One of `propagations`. */
export type Propagation = (typeof propagations)[number];

const access = z.enum(['rw', 'ro']);

const bindMountSchema = z.object({
  source: z.string(),
  destination: z.string(),
  access,
  /** Of a read-only bind: whether mounts below it are read-only too. */
  readOnly: z.enum(['recursive', 'top']),
  /** Whether mounts below the source are there too. */
  submounts: z.enum(['with', 'without']),
  propagation: z.enum(propagations),
  /** What to do when the source is not there. */
  missingSource: z.enum(['create-folder', 'refuse']),
  /** As given, such as `ro,rslave`: `docker inspect` shows it. */
  mode: z.string(),
});

/** A memory file system that a container asks for. */
const tmpfsMountSchema = z.object({
  destination: z.string(),
  /** As in tmpfs(5) and fstab(5), without those that every one has. */
  options: z.array(z.string()).readonly(),
});

const volumeMountSchema = z.object({
  /** Empty as long as the volume of a nameless one has not been made. */
  name: z.string(),
  /** `nameless`: it goes with the container when that is asked for. */
  origin: z.enum(['named', 'nameless']),
  destination: z.string(),
  access,
  /** Whether an empty volume begins with what the image has at the destination. */
  content: z.enum(['of-image', 'none']),
  /** What is mounted of it, a relative path; empty for all. */
  subpath: z.string().default(''),
  /** As `docker inspect` shows it. */
  mode: z.string(),
  driver: z.string(),
  options: z.record(z.string(), z.string()),
  labels: z.record(z.string(), z.string()),
});

const imageMountSchema = z.object({
  /** As given. */
  name: z.string(),
  /** What it stood for when the container was made, and the layers of that; absent until then. */
  imageId: digestSchema.optional(),
  chainId: digestSchema.optional(),
  destination: z.string(),
  /** What is mounted of it, a relative path; empty for all. */
  subpath: z.string(),
});

/** What a client wants mounted besides what every container has. */
export const containerMountSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('bind'), bind: bindMountSchema }),
  z.object({ kind: z.literal('tmpfs'), tmpfs: tmpfsMountSchema }),
  z.object({ kind: z.literal('volume'), volume: volumeMountSchema }),
  z.object({ kind: z.literal('image'), image: imageMountSchema }),
]);

/** A folder or file of the host that a container sees. */
export type BindMount = Readonly<z.infer<typeof bindMountSchema>>;
/** A volume that a container has. */
export type VolumeMount = Readonly<z.infer<typeof volumeMountSchema>>;
/** Files of an image that a container has, to be read alone. */
export type ImageMount = Readonly<z.infer<typeof imageMountSchema>>;
/** One of them. */
export type ContainerMount = Readonly<z.infer<typeof containerMountSchema>>;

/** Where a mount is in the container. */
export function destinationOf(mount: ContainerMount): string {
  switch (mount.kind) {
    case 'bind':
      return mount.bind.destination;
    case 'tmpfs':
      return mount.tmpfs.destination;
    case 'volume':
      return mount.volume.destination;
    case 'image':
      return mount.image.destination;
  }
}
