import { readMountPoints } from '../../host/mount-points.ts';

/** Reads where something is mounted; the result tells whether that is so anywhere below a path. */
export async function readSubmounts(): Promise<(path: string) => boolean> {
  const places = await readMountPoints();
  return (path) => {
    const prefix = path.endsWith('/') ? path : `${path}/`;
    return places.some((place) => place.startsWith(prefix));
  };
}
