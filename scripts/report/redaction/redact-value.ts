import { isEmptyValue, isReference, looksSecret } from './plain-values.ts';
import { isSecretName, secrecyOf } from './secret-name.ts';
import { isPlaceholder } from './span.ts';

/** What `redactValue` needs of the redactor. */
export interface ValueRedaction {
  text(text: string): string;
  /** Secrets in a text, without replacing them. */
  secretsIn(text: string): readonly string[];
  /** Remembers and counts a secret; gives what is shown instead. */
  hide(secret: string, rule: string): string;
}

/** Deeper is nothing that a program writes; a value that nests further is cut. */
const deepest = 60;

/** Redacts a JSON value: fields with secret names whole, lists of words as the command lines they are, texts by rules. */
export function redactValue(value: unknown, redaction: ValueRedaction, depth = 0): unknown {
  if (depth > deepest) return null;
  if (typeof value === 'string') return redaction.text(value);
  if (Array.isArray(value)) return redactList(value, redaction, depth);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, field]): [string, unknown] => [
    redaction.text(key),
    redactField(key, field, { redaction, depth }),
  ]);
  return Object.fromEntries(entries);
}

function redactField(
  key: string,
  field: unknown,
  at: { readonly redaction: ValueRedaction; readonly depth: number },
): unknown {
  const { redaction, depth } = at;
  const isSecret =
    (typeof field === 'string' && isSecretText(key, field)) ||
    (typeof field === 'number' && secrecyOf(key) === 'certain');
  if (isSecret) {
    const secret = String(field);
    return isPlaceholder(secret) ? secret : redaction.hide(secret, 'secret-name');
  }
  // `auths` of Docker's configuration: whatever is in there.
  if (key === 'auths' || (isSecretName(key) && isTextTable(field))) {
    return hideTexts(field, redaction);
  }
  return redactValue(field, redaction, depth + 1);
}

function isSecretText(key: string, field: string): boolean {
  const secrecy = secrecyOf(key);
  if (secrecy === 'none' || isEmptyValue(field)) return false;
  if (secrecy !== 'certain' && isReference(field)) return false;
  return secrecy !== 'ambiguous' || looksSecret(field);
}

function isTextTable(field: unknown): boolean {
  return (
    typeof field === 'object' &&
    field !== null &&
    Object.values(field).length > 0 &&
    Object.values(field).every((each) => typeof each === 'string')
  );
}

function hideTexts(value: unknown, redaction: ValueRedaction): unknown {
  if (typeof value === 'string') {
    return isEmptyValue(value) ? value : redaction.hide(value, 'secret-name');
  }
  if (Array.isArray(value)) return value.map((each) => hideTexts(each, redaction));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [redaction.text(key), hideTexts(each, redaction)]),
  );
}

/** In a command line the word before says what a word is: `["--password", "x"]`, `["mysql", "-px"]`. */
function redactList(
  list: readonly unknown[],
  redaction: ValueRedaction,
  depth: number,
): readonly unknown[] {
  const words = list.filter((each) => typeof each === 'string');
  const secrets =
    words.length === list.length && list.length > 1 ? redaction.secretsIn(words.join(' ')) : [];
  const whole = new Set(secrets.map((secret) => secret.replace(/^["']|["']$/g, '')));
  return list.map((each) => {
    if (typeof each === 'string' && whole.has(each)) return redaction.hide(each, 'command-line');
    return redactValue(each, redaction, depth + 1);
  });
}
