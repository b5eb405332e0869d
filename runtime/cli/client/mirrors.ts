import { fieldsOf, listOf, numberAt, textAt } from './fields.ts';
import type { Fields } from './fields.ts';

/** One source of a registry's images, as `GET /berth/mirrors` tells. */
export interface MirrorRow {
  readonly registry: string;
  readonly source: string;
  readonly kind: string;
  readonly state: string;
  /** Milliseconds; `undefined` when it was not measured. */
  readonly firstByteMs: number | undefined;
  readonly bytesPerSecond: number | undefined;
  readonly errors: number;
  readonly wrongDigests: number;
  readonly bytes: number;
  readonly blobs: number;
  /** Seconds since 1970; `undefined` for never. */
  readonly lastUsedSeconds: number | undefined;
}

/** Reads the answer of `GET /berth/mirrors`. @throws API_RESPONSE_INVALID */
export function mirrorRows(answer: unknown): readonly MirrorRow[] {
  return listOf(fieldsOf(answer, 'answer')['Sources'], 'Sources').map((value) => {
    const fields = fieldsOf(value, 'Sources');
    const lastUsed = fields['LastUsed'];
    return {
      registry: textAt(fields, 'Registry'),
      source: textAt(fields, 'Source'),
      kind: textAt(fields, 'Kind'),
      state: textAt(fields, 'State'),
      firstByteMs: measured(fields, 'FirstByteMs'),
      bytesPerSecond: measured(fields, 'BytesPerSecond'),
      errors: numberAt(fields, 'Errors'),
      wrongDigests: numberAt(fields, 'WrongDigests'),
      bytes: numberAt(fields, 'Bytes'),
      blobs: numberAt(fields, 'Blobs'),
      lastUsedSeconds: typeof lastUsed === 'string' ? Date.parse(lastUsed) / 1000 : undefined,
    };
  });
}

function measured(fields: Fields, key: string): number | undefined {
  return fields[key] === null ? undefined : numberAt(fields, key);
}
