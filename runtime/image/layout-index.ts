import { dirname, join } from 'node:path';

import { z } from 'zod';

import { BerthError, isBerthError } from '../errors/berth-error.ts';
import {
  hasErrno,
  orIfMissing,
  readTextIfExists,
  removeFile,
  stat,
  writeFileWhole,
} from '../host/files.ts';
import { toStoreError } from './content-error.ts';
import { descriptorSchema, parseDocument, schemaVersion } from './manifest.ts';
import type { Descriptor } from './manifest.ts';
import { mediaTypes } from './media-types.ts';
import { canonicalName, parseReference } from './reference.ts';
import type { Reference } from './reference.ts';

/** Annotation that names an image in an OCI layout (OCI image-spec 1.1, annotations.md). skopeo goes by it. */
const refNameAnnotation = 'org.opencontainers.image.ref.name';

/** Annotation that names an image in full in what containerd and Docker 25 and later write. */
const imageNameAnnotation = 'io.containerd.image.name';

/** One line of index.json: a manifest, and the name it has. An image without names has one line without one. */
export interface IndexEntry {
  readonly descriptor: Descriptor;
  readonly name: Reference | undefined;
}

const indexFileSchema = z.looseObject({
  schemaVersion,
  manifests: z.array(descriptorSchema),
});
const layoutFileSchema = z.looseObject({ imageLayoutVersion: z.literal('1.0.0') });

function tryReference(text: string): Reference | undefined {
  try {
    return parseReference(text);
  } catch (error) {
    if (isBerthError(error, 'REFERENCE_INVALID')) return undefined;
    throw error;
  }
}

/**
 * The name that annotations give an image. A bare `org.opencontainers.image.ref.name` such as `latest` may be a tag
 * of anything, so it counts only when it has a repository's shape.
 */
export function nameFromAnnotations(
  annotations: Readonly<Record<string, string>> = {},
): Reference | undefined {
  const full = annotations[imageNameAnnotation];
  if (full !== undefined) return tryReference(full);
  const name = annotations[refNameAnnotation];
  if (name === undefined || !/[/:@]/.test(name)) return undefined;
  return tryReference(name);
}

/**
 * What index.json keeps of a descriptor. Whatever else an archive or a registry wrote there could be wrong in a way that
 * makes the whole file unreadable for others, or be longer than all the rest.
 */
function knownFields({ mediaType, digest, size, annotations, platform }: Descriptor): Descriptor {
  const known = platform && {
    os: platform.os,
    architecture: platform.architecture,
    ...(platform.variant === undefined ? {} : { variant: platform.variant }),
  };
  return {
    mediaType,
    digest,
    size,
    ...(annotations === undefined ? {} : { annotations }),
    ...(known === undefined ? {} : { platform: known }),
  };
}

/** A descriptor as an entry has it: the annotations that are names are the entry's name. */
function withoutNames(descriptor: Descriptor): Descriptor {
  const { annotations = {}, ...rest } = knownFields(descriptor);
  const others = Object.entries(annotations).filter(
    ([key]) => key !== refNameAnnotation && key !== imageNameAnnotation,
  );
  return others.length === 0 ? rest : { ...rest, annotations: Object.fromEntries(others) };
}

function toDescriptor({ descriptor: found, name }: IndexEntry): Descriptor {
  const descriptor = knownFields(found);
  if (name === undefined) return descriptor;
  const text = canonicalName(name);
  const names = { [refNameAnnotation]: text, [imageNameAnnotation]: text };
  return { ...descriptor, annotations: { ...descriptor.annotations, ...names } };
}

/** Reads the entries of the text of an index.json. @throws MANIFEST_INVALID */
export function parseIndexFile(text: string | Uint8Array, what: string): readonly IndexEntry[] {
  const { manifests } = parseDocument(indexFileSchema, text, what);
  return manifests.map((descriptor) => ({
    descriptor: withoutNames(descriptor),
    name: nameFromAnnotations(descriptor.annotations),
  }));
}

/** The text of an index.json with these entries. */
export function formatIndexFile(entries: readonly IndexEntry[]): string {
  const index = {
    schemaVersion: 2,
    mediaType: mediaTypes.ociIndex,
    manifests: entries.map(toDescriptor),
  };
  return `${JSON.stringify(index, null, 2)}\n`;
}

/** The text of the oci-layout file (OCI image-spec 1.1, image-layout.md). */
export const layoutFileText = '{"imageLayoutVersion":"1.0.0"}\n';

/** The names and images of an OCI layout: its index.json, kept in memory and written whole on each change. */
export class LayoutIndex {
  readonly #path: string;
  #entries: readonly IndexEntry[];

  private constructor(path: string, entries: readonly IndexEntry[]) {
    this.#path = path;
    this.#entries = entries;
  }

  /** Opens the layout, makes it when it is new. @throws IMAGE_STORE_INVALID */
  static async open(layoutDir: string): Promise<LayoutIndex> {
    const indexPath = join(layoutDir, 'index.json');
    const layoutPath = join(layoutDir, 'oci-layout');
    const [indexText, layoutText] = [
      await readTextIfExists(indexPath),
      await readTextIfExists(layoutPath),
    ];
    try {
      if (layoutText !== undefined) parseDocument(layoutFileSchema, layoutText, `"${layoutPath}"`);
      const entries = indexText === undefined ? [] : parseIndexFile(indexText, `"${indexPath}"`);
      const index = new LayoutIndex(indexPath, entries);
      if (indexText === undefined) await index.replace([]);
      if (layoutText === undefined) await writeFileWhole(layoutPath, layoutFileText, fileOptions);
      return index;
    } catch (error) {
      if (!isBerthError(error, 'MANIFEST_INVALID')) throw error;
      throw new BerthError('IMAGE_STORE_INVALID', {
        message: `the image store cannot be read: ${error.message}`,
        remedy: `Restore the file, or move the folder "${layoutDir}" away to begin with an empty store.`,
        cause: error,
      });
    }
  }

  get entries(): readonly IndexEntry[] {
    return this.#entries;
  }

  /**
   * Writes other entries, durably. Only one call at a time.
   *
   * @throws IMAGE_STORE_UNWRITABLE
   */
  async replace(entries: readonly IndexEntry[]): Promise<void> {
    await this.#write(formatIndexFile(entries));
    this.#entries = entries;
  }

  /** A removal has to work on a full disk, or nothing could make room: then it gets the room that is kept for it. */
  async #write(text: string): Promise<void> {
    const reserve = join(dirname(this.#path), reserveName);
    try {
      try {
        await writeFileWhole(this.#path, text, fileOptions);
      } catch (error) {
        if (!hasErrno(error, 'ENOSPC', 'EDQUOT')) throw error;
        await removeFile(reserve);
        await writeFileWhole(this.#path, text, fileOptions);
      }
    } catch (error) {
      throw toStoreError(error, this.#path);
    }
    // Without room for it the next change tries again; it is of no use then, but neither is it missed before.
    // One that was cut off by a power cut is none.
    if ((await orIfMissing(stat(reserve), undefined))?.size === reserveBytes) return;
    const { mode } = fileOptions;
    await writeFileWhole(reserve, new Uint8Array(reserveBytes), {
      mode,
      durability: 'memory',
    }).catch(() => undefined);
  }
}

/** Room for one change of index.json when there is none elsewhere; not a part of the layout, which others read over. */
const reserveName = 'reserve';
const reserveBytes = 1024 * 1024;

const fileOptions = { mode: 0o600, durability: 'disk' } as const;
