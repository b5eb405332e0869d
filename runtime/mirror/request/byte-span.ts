/** A part of content: from `from` up to, not including, `to`; `to` is `undefined` for the end, wherever that is. */
export interface ByteSpan {
  readonly from: number;
  readonly to: number | undefined;
}

/** All of it. */
export const wholeSpan: ByteSpan = { from: 0, to: undefined };

/** What to do about a header `Range`. */
export type RangeOutcome =
  | { readonly kind: 'whole' }
  | { readonly kind: 'part'; readonly from: number; readonly to: number }
  | { readonly kind: 'unsatisfiable' };

const pattern = /^bytes=\s*(\d{0,15})-(\d{0,15})\s*$/;

/**
 * Reads a header `Range` (RFC 9110, section 14.2) for content of a known size. Several ranges, other units and what is no
 * range at all are answered with the whole, as the RFC allows.
 */
export function parseRange(header: string | undefined, sizeBytes: number): RangeOutcome {
  const match = header === undefined ? null : pattern.exec(header);
  if (match === null) return { kind: 'whole' };
  const [, first = '', last = ''] = match;
  if (first === '') return last === '' ? { kind: 'whole' } : suffix(Number(last), sizeBytes);
  const from = Number(first);
  if (last !== '' && Number(last) < from) return { kind: 'whole' };
  if (from >= sizeBytes) return { kind: 'unsatisfiable' };
  return {
    kind: 'part',
    from,
    to: last === '' ? sizeBytes : Math.min(Number(last) + 1, sizeBytes),
  };
}

/** The last so many bytes. */
function suffix(wantedBytes: number, sizeBytes: number): RangeOutcome {
  if (wantedBytes === 0 || sizeBytes === 0) return { kind: 'unsatisfiable' };
  return { kind: 'part', from: Math.max(0, sizeBytes - wantedBytes), to: sizeBytes };
}
