import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { fleetErrorMessages as m } from '../../../messages/areas/fleet-errors.ts';
import { messageOf } from '../../../messages/error-words.ts';
import { BerthError } from '../../../runtime/errors/berth-error.ts';
import { open } from '../../../runtime/host/files.ts';
import { fileStream } from '../../../runtime/host/file-stream.ts';
import type { FleetArch } from '../remote/inspect.ts';
import { hasProgram } from './has-program.ts';

/** A bundle of berth as it is sent to hosts. */
export interface FleetBundle {
  readonly path: string;
  readonly arch: FleetArch;
  /** SHA-256 of the archive, in hexadecimal digits. */
  readonly digest: string;
  readonly sizeBytes: number;
  /** Space that the archive and what is in it take on a host. */
  readonly roomBytes: number;
}

/** Folders, and files that fill their last block by half. */
const slackBytes = 32 * 1024 * 1024;

/** Reads what a fleet has to know of a bundle. Throws FLEET_BUNDLE_INVALID. */
export async function readBundle(path: string, arch: FleetArch): Promise<FleetBundle> {
  try {
    if (!(await hasProgram(path))) throw new Error(m.bundleWithoutProgram());
    const hash = createHash('sha256');
    for await (const chunk of fileStream(path, 0)) hash.update(chunk as Buffer);
    const { sizeBytes, unpackedBytes } = await sizesOf(path);
    return {
      path,
      arch,
      digest: hash.digest('hex'),
      sizeBytes,
      roomBytes: sizeBytes + unpackedBytes + slackBytes,
    };
  } catch (error) {
    throw new BerthError('FLEET_BUNDLE_INVALID', {
      message: m.bundleInvalid({ path, why: messageOf(error) }),
      remedy: m.bundleInvalidRemedy(),
      cause: error,
    });
  }
}

/** The archive from a byte on. */
export function readFrom(bundle: FleetBundle, offset: number): Readable {
  return fileStream(bundle.path, offset);
}

/** The length of the contents is in the last four bytes of a gzip file (RFC 1952, section 2.3.1), modulo 2^32. */
async function sizesOf(path: string): Promise<{ sizeBytes: number; unpackedBytes: number }> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const { buffer } = await file.read(Buffer.alloc(4), 0, 4, Math.max(0, size - 4));
    const unpacked = buffer.readUInt32LE(0);
    // Images in a bundle are packed already: contents of more than 4 GiB are hardly longer than the archive.
    return { sizeBytes: size, unpackedBytes: Math.max(unpacked, size) };
  } finally {
    await file.close();
  }
}
