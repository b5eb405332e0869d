import { BerthError, messageOf } from '../errors/berth-error.ts';

/** What JSON.parse hands its reviver as third argument (ECMAScript 2026, "JSON.parse source text access"). */
interface ReviverContext {
  readonly source?: string;
}

/** Integers that a double cannot hold become bigints; everything else is as JSON.parse gives it. */
function keepPrecision(_key: string, value: unknown, context: ReviverContext): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const source = context.source ?? '';
  return /^-?\d+$/.test(source) ? BigInt(source) : value;
}

/** How an error names a text: as what is wrong, and as what is to be corrected. */
export interface JsonSource {
  readonly subject: string;
  readonly place: string;
}

const ofConfig: JsonSource = { subject: 'the config', place: 'the OCI config' };

/**
 * As JSON.parse, but an integer beyond 2^53 comes as an exact bigint.
 *
 * @throws SPEC_INVALID the text is no JSON.
 */
export function parsePreciseJson(text: string, { subject, place }: JsonSource = ofConfig): unknown {
  try {
    // To look at each value takes ten times as long, and numbers that need it are long.
    if (!/\d{16}/.test(text)) return JSON.parse(text);
    // TypeScript's library does not know the third argument yet.
    return JSON.parse(text, keepPrecision as (key: string, value: unknown) => unknown);
  } catch (error) {
    throw new BerthError('SPEC_INVALID', {
      message: `${subject} is no JSON (${messageOf(error)}), wanted one JSON object`,
      remedy: `Correct the text of ${place}.`,
      cause: error,
    });
  }
}

/** As JSON.stringify, but a bigint is written as the integer that it is. */
export function stringifyPrecise(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    // It holds a bigint. To ask for each value whether it is one takes many times as long, and few are.
  }
  // JSON.rawJSON (the same proposal) is the only way to write a number that a double cannot hold.
  const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => unknown };
  return JSON.stringify(value, (_key, child: unknown) =>
    typeof child === 'bigint' ? rawJSON(String(child)) : child,
  );
}
