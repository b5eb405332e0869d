import type { Volume } from '../../container/volumes/volume.ts';
import type { Volumes } from '../../container/volumes/volumes.ts';

/** A volume as `GET /volumes` has it. */
export function volumeView(
  { name, createdMs, labels, options }: Volume,
  volumes: Volumes,
): Readonly<Record<string, unknown>> {
  return {
    // Go's time.RFC3339 has no fractions of a second.
    CreatedAt: new Date(createdMs).toISOString().replace(/\.\d+Z$/, 'Z'),
    Driver: 'local',
    Labels: orNull(labels),
    Mountpoint: volumes.dataPath(name),
    Name: name,
    Options: orNull(options),
    Scope: 'local',
  };
}

/** Go writes an empty map that nobody gave as null. */
function orNull(map: Readonly<Record<string, string>>): Readonly<Record<string, string>> | null {
  return Object.keys(map).length === 0 ? null : map;
}
