import { hasErrno, open } from '../../host/files.ts';

const chunkBytes = 64 * 1024;
const newline = 0x0a;

/**
 * Cuts a log off behind its last whole line. After a power cut the last one may be incomplete, or zeros, which some file
 * systems leave, and what the next run of the program appends would be taken for the rest of it. The program must not be
 * running.
 */
export async function repairLog(path: string): Promise<void> {
  try {
    const file = await open(path, 'r+');
    try {
      const { size } = await file.stat();
      let end = size;
      while (end > 0) {
        const start = Math.max(0, end - chunkBytes);
        const chunk = Buffer.alloc(end - start);
        await file.read(chunk, 0, chunk.length, start);
        const last = chunk.lastIndexOf(newline);
        end = last === -1 ? start : start + last + 1;
        if (last !== -1) break;
      }
      if (end < size) await file.truncate(end);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (!hasErrno(error, 'ENOENT')) throw error;
  }
}
