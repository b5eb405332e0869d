import { posix } from 'node:path';

/** A path without "..", taken from `folder` when it is not absolute. */
export const absolutePath = (path: string, folder: string): string => posix.resolve(folder, path);
