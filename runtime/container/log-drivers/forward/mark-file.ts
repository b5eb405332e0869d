import { orIfMissing, readFile, writeFile } from '../../../host/files.ts';
import type { LogMark } from '../../logs/log-reader.ts';

const markBytes = 16;

/** A mark as its file has it: u64 inode, u64 offset, little-endian. */
export function encodeMark({ inode, offset }: LogMark): Buffer {
  const bytes = Buffer.alloc(markBytes);
  bytes.writeBigUInt64LE(inode, 0);
  bytes.writeBigUInt64LE(BigInt(offset), 8);
  return bytes;
}

/** What a file of marks says; `undefined`: nothing was sent yet. */
export async function readMark(path: string): Promise<LogMark | undefined> {
  const bytes = await orIfMissing(readFile(path), undefined);
  if (bytes === undefined || bytes.length < markBytes) return undefined;
  return { inode: bytes.readBigUInt64LE(0), offset: Number(bytes.readBigUInt64LE(8)) };
}

/** Writes a mark down. */
export async function writeMark(path: string, mark: LogMark): Promise<void> {
  await writeFile(path, encodeMark(mark), { mode: 0o600, flag: 'r+' }).catch(() =>
    writeFile(path, encodeMark(mark), { mode: 0o600 }),
  );
}
