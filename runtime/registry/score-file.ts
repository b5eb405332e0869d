import { z } from 'zod';

import { messageOf } from '../errors/berth-error.ts';
import { readTextIfExists, writeFileWhole } from '../host/files.ts';
import { measurementSchema } from './measurement.ts';
import type { Measurement } from './measurement.ts';

const fileSchema = z.object({ version: z.literal(1), sources: z.array(measurementSchema) });

/**
 * Reads the file in which measurements are kept between starts. A damaged one costs no more than measuring again: it
 * counts as empty.
 *
 * @param onNotice Told of a damaged file.
 */
export async function readScores(
  path: string,
  onNotice: (message: string) => void,
): Promise<readonly Measurement[]> {
  try {
    const text = await readTextIfExists(path);
    // A power cut leaves an empty one of a file that was not synced, as this is not: no reason for a word.
    return text === undefined || text === '' ? [] : fileSchema.parse(JSON.parse(text)).sources;
  } catch (error) {
    const [line = ''] = messageOf(error).split('\n');
    onNotice(`"${path}" cannot be read (${line}); what was measured of registries is forgotten`);
    return [];
  }
}

/** Writes all measurements. After a power cut there are those from before, or none: that is good enough. */
export async function writeScores(path: string, sources: readonly Measurement[]): Promise<void> {
  const text = `${JSON.stringify({ version: 1, sources }, null, 1)}\n`;
  await writeFileWhole(path, text, { mode: 0o600, durability: 'memory' });
}
