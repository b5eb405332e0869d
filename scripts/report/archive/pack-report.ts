import { pipeline } from 'node:stream/promises';
import { PassThrough } from 'node:stream';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import type { ReportFile } from '../document/report-document.ts';

/** An archive to be: its folder, its files in their order, its time. */
export interface ReportArchive {
  readonly folder: string;
  readonly files: readonly ReportFile[];
  /** Time of every file, in milliseconds since 1970. */
  readonly madeMs: number;
}

/**
 * The archive as a stream: tar (POSIX.1-2001, pax) in gzip (RFC 1952). Files are for their owner alone; the same content
 * gives the same bytes.
 */
export function packReport(archive: ReportArchive, signal: AbortSignal): AsyncIterable<Uint8Array> {
  const tar = pack();
  const out = new PassThrough();
  // Whoever reads `out` gets the error that ends this.
  pipeline(tar, createGzip({ level: 6 }), out, { signal }).catch((error: unknown) => {
    out.destroy(error as Error);
  });
  void fill(tar, archive);
  return out;
}

async function fill(tar: ReturnType<typeof pack>, archive: ReportArchive): Promise<void> {
  const owner = { mtime: new Date(archive.madeMs), uid: 0, gid: 0, uname: '', gname: '' };
  tar.entry({ name: `${archive.folder}/`, type: 'directory', mode: 0o700, ...owner });
  for (const { path, text } of archive.files) {
    const header = { name: `${archive.folder}/${path}`, mode: 0o600, ...owner };
    // The next one only when this one is taken: so no more than one waits in memory.
    const isAdded = await new Promise<boolean>((resolve) => {
      const entry = tar.entry(header, text, (error) => {
        resolve(!error);
      });
      // An archive that is given up fails here too; whoever reads it is told why.
      entry.on('error', () => {
        resolve(false);
      });
    });
    if (!isAdded) return;
  }
  tar.finalize();
}
