import { z } from 'zod';

/** Folder of a bundle that is a repository of Debian packages. */
export const packagesFolder = 'packages';

/** Says whose packages they are. */
export const packageOriginPath = `${packagesFolder}/origin.json`;

/** Distribution and release that packages are for, as os-release(5) has them. */
export const packageOrigin = z.strictObject({ id: z.string(), codename: z.string() });

/** Distribution and release that packages are for. */
export type PackageOrigin = z.infer<typeof packageOrigin>;
