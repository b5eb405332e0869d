import { z } from 'zod';

/** Folder of a bundle with images. */
export const imagesFolder = 'images';

/** What is in it: an archive each, and this list. */
export const imageIndexPath = `${imagesFolder}/index.json`;

/** The archives of a bundle and the images that each has. */
export const imageIndex = z.array(
  z.strictObject({
    /** File name in the folder. */
    file: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/),
    /** Names such as `busybox:1.36`. */
    names: z.array(z.string()).min(1),
  }),
);

/** The archives of a bundle and the images that each has. */
export type ImageIndex = z.infer<typeof imageIndex>;
