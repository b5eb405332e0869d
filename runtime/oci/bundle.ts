import { BerthError } from '../errors/berth-error.ts';
import { hasErrno, orIfMissing, readFile, realpath, stat } from '../host/files.ts';
import { parseSpecText } from '../spec/parse-spec.ts';
import type { Mount } from '../spec/mount.ts';
import type { Spec } from '../spec/spec.ts';
import { absolutePath } from './paths.ts';

/** A bundle that has been read: https://github.com/opencontainers/runtime-spec/blob/v1.2.1/bundle.md */
export interface Bundle {
  /** Absolute. */
  readonly path: string;
  readonly spec: Spec;
  /** The config as it is written. */
  readonly configText: string;
  /** Absolute, without links: what is mounted is what was looked at. */
  readonly rootfs: string;
}

/**
 * Reads the bundle in a folder.
 * @param configFile absolute; the bundle's own unless the caller has another.
 * @throws OCI_BUNDLE_INVALID, SPEC_INVALID, SPEC_UNSUPPORTED
 */
export async function readBundle(
  path: string,
  configFile = `${path}/config.json`,
): Promise<Bundle> {
  const configText = await readConfig(configFile);
  const spec = parseSpecText(configText);
  const rootfs = absolutePath(spec.root.path, path);
  const found = await orIfMissing(stat(rootfs), undefined);
  if (found?.isDirectory() === true) {
    return { path, spec, configText, rootfs: await realpath(rootfs) };
  }
  throw new BerthError('OCI_BUNDLE_INVALID', {
    message: `'root.path' is "${spec.root.path}", and "${rootfs}" ${found === undefined ? 'does not exist: no such file or directory' : 'is no folder'}; wanted the root file system of the container`,
    remedy: 'Make it, or correct the path in the config.',
    details: { field: 'root.path', path: rootfs },
  });
}

/**
 * Destinations of mounts that are relative, by their fields. The specification takes them from "/" and deprecates them
 * (config.md, "Mounts"); runc warns.
 */
export function relativeDestinations(configText: string): readonly string[] {
  const { mounts } = JSON.parse(configText) as {
    readonly mounts?: readonly Partial<Mount>[] | null;
  };
  return (mounts ?? []).flatMap(({ destination = '/' }, index) =>
    destination.startsWith('/')
      ? []
      : [
          `mount destination "${destination}" ("mounts[${index}].destination") is not absolute, and taken as "/${destination}".`,
        ],
  );
}

/** Bytes; a config with a thousand mounts and a filter for every call has not one MiB. */
const longestConfig = 16 * 1024 * 1024;

/** A bundle may come from anywhere: what is no file is not opened, nor waited for, and what has no end is not read. */
async function readConfig(path: string): Promise<string> {
  try {
    const { size } = await regularFile(path);
    if (size > longestConfig) {
      throw new BerthError('OCI_BUNDLE_INVALID', {
        message: `the config "${path}" has ${size} bytes, wanted at most ${longestConfig}`,
        remedy: 'Make it smaller: annotations and mounts are what most of a config is.',
        details: { path },
      });
    }
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (!hasErrno(cause, 'ENOENT', 'ENOTDIR')) throw cause;
    throw new BerthError('OCI_BUNDLE_INVALID', {
      message: `JSON specification file config.json not found: "${path}", no such file or directory`,
      remedy:
        'Name the folder of a bundle with --bundle; "berth oci spec" writes a config to begin with.',
      details: { path },
      cause,
    });
  }
}

async function regularFile(path: string): Promise<{ readonly size: number }> {
  const found = await stat(path);
  if (found.isFile()) return found;
  throw new BerthError('OCI_BUNDLE_INVALID', {
    message: `JSON specification file config.json not found: "${path}" is no regular file, wanted one`,
    remedy: 'Name the folder of a bundle with --bundle, or a file with --config.',
    details: { path },
  });
}
