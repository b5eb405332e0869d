import type { Launcher } from './launcher.ts';
import type { Address } from './program.ts';
import { ProgramBuilder } from './program-builder.ts';

/** A file capability is shorter (include/uapi/linux/capability.h, struct vfs_ns_cap_data: 24 bytes). */
const valueSize = 56;
const slotSize = 8 + valueSize;
/** Files that are asked about at once: what comes back is one reply, and the names fit into one program. */
const batchFiles = 256;
const batchBytes = 64 * 1024;

/**
 * Reads a short extended attribute of files, links themselves included (lgetxattr(2)).
 *
 * @param paths one character a byte (latin1)
 * @returns the values in that order; `undefined` for files without it, that cannot be read, or where it is longer than 56 bytes
 * @throws the codes of `Launcher.run`
 */
export async function readAttribute(
  launcher: Pick<Launcher, 'run'>,
  name: string,
  paths: readonly string[],
): Promise<readonly (Uint8Array | undefined)[]> {
  const values: (Uint8Array | undefined)[] = [];
  while (values.length < paths.length) {
    const batch = batchFrom(paths, values.length);
    const p = new ProgramBuilder(`read ${name}`);
    const answer = p.reserve(batch.length * slotSize);
    for (const [i, path] of batch.entries()) {
      const slot = answer.at(i * slotSize);
      const args = [pathOf(p, path), p.string(name), slot.at(8), valueSize];
      p.set(slot, p.call('read an attribute', 'lgetxattr', args, { onError: 'ignore' }));
    }
    p.reply(answer, batch.length * slotSize);
    p.exit(0);
    const { data } = await launcher.run(p);
    for (const i of batch.keys()) {
      const length = Number(data.readBigInt64LE(i * slotSize));
      const at = i * slotSize + 8;
      values.push(length < 0 ? undefined : Buffer.from(data.subarray(at, at + length)));
    }
  }
  return values;
}

/** At least one. */
function batchFrom(paths: readonly string[], from: number): readonly string[] {
  let bytes = 0;
  let to = from;
  while (to < paths.length && to - from < batchFiles && (to === from || bytes < batchBytes)) {
    bytes += paths[to]?.length ?? 0;
    to += 1;
  }
  return paths.slice(from, to);
}

/**
 * Sets an extended attribute of a file, or of the link itself (lsetxattr(2)).
 *
 * @param path one character a byte (latin1)
 * @throws SYSCALL_FAILED, and the other codes of `Launcher.run`
 */
export async function setAttribute(
  launcher: Pick<Launcher, 'run'>,
  path: string,
  { name, value }: { readonly name: string; readonly value: Uint8Array },
): Promise<void> {
  const p = new ProgramBuilder('set an extended attribute');
  const args = [pathOf(p, path), p.string(name), p.bytes(value), value.byteLength, 0];
  p.call(`set ${name}`, 'lsetxattr', args);
  p.exit(0);
  await launcher.run(p);
}

function pathOf(p: ProgramBuilder, path: string): Address {
  return p.bytes(Buffer.from(`${path}\0`, 'latin1'));
}
