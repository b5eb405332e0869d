import { layerError } from './layer-error.ts';

/** Prefix of a whiteout (OCI image-spec 1.1, layer.md, "Whiteouts"). */
const whiteoutPrefix = '.wh.';
/** Prefix of AUFS's own files; only the opaque marker has a meaning in an image. */
const metadataPrefix = '.wh..wh.';
const opaqueMarker = '.wh..wh..opq';

/** How a name is shown in a message: bytes that are not text become escapes. */
export function quoteName(name: string): string {
  return JSON.stringify(Buffer.from(name, 'latin1').toString('utf8'));
}

/** The kernel takes no longer path (path_resolution(7), PATH_MAX). */
const maxPathBytes = 4095;

/**
 * Splits an entry's name into its parts; the root itself has none. `./` and double slashes mean nothing.
 *
 * @throws LAYER_INVALID for absolute names, `..`, names with a NUL, and names that are too long for the kernel
 */
export function splitEntryName(name: string): readonly string[] {
  if (name.length > maxPathBytes) {
    throw layerError(
      `entry ${quoteName(name.slice(0, 100))} and so on has a name of ${name.length} bytes; wanted at most ${maxPathBytes} (ENAMETOOLONG)`,
    );
  }
  if (name.startsWith('/'))
    throw layerError(`entry ${quoteName(name)} is absolute; wanted a path below the root`);
  if (name.includes('\0')) throw layerError(`entry ${quoteName(name)} has a NUL in its name`);
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..'))
    throw layerError(`entry ${quoteName(name)} has ".." in its name; wanted none`);
  return parts;
}

/** What the last part of an entry's name asks for. */
export type EntryMeaning =
  | { readonly kind: 'entry' }
  /** Hides `name` of the layers below. */
  | { readonly kind: 'whiteout'; readonly name: string }
  /** Hides all that the layers below have in the folder. */
  | { readonly kind: 'opaque' }
  /** Left by AUFS, without a meaning. */
  | { readonly kind: 'metadata' };

/**
 * Tells whiteouts from ordinary entries.
 *
 * @throws LAYER_INVALID for a whiteout of nothing, of `.` or of `..`
 */
export function meaningOf(baseName: string): EntryMeaning {
  if (!baseName.startsWith(whiteoutPrefix)) return { kind: 'entry' };
  if (baseName === opaqueMarker) return { kind: 'opaque' };
  if (baseName.startsWith(metadataPrefix)) return { kind: 'metadata' };
  const name = baseName.slice(whiteoutPrefix.length);
  if (name === '' || name === '.' || name === '..') {
    throw layerError(`whiteout ${quoteName(baseName)} names no file; wanted ".wh." and a name`);
  }
  return { kind: 'whiteout', name };
}
