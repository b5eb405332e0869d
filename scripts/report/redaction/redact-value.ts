import { isEmptyValue } from './plain-values.ts';
import { isProxyName } from './proxy-rule.ts';
import { isSecretName, secrecyOf } from './secret-name.ts';
import { isPlaceholder } from './span.ts';
import { isSecretVariable } from './structure-rules.ts';
import { secretsOfWords } from './word-list.ts';

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
  if (Array.isArray(value)) return redactList(value, { redaction, depth, before: [] });
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value);
  const entries = fields.map(([key, field]): [string, unknown] => [
    redaction.text(key),
    redactField(key, field, { redaction, depth, fields }),
  ]);
  return Object.fromEntries(entries);
}

/** The fields of an object. */
type Fields = readonly (readonly [key: string, field: unknown])[];

/** Fields that hold a program, whose arguments another one holds: Docker's, OCI's and Kubernetes' names. */
const programOf: Readonly<Record<string, readonly string[]>> = {
  args: ['path', 'command'],
  arguments: ['entrypoint', 'command'],
  cmd: ['entrypoint'],
};

/** The words of a command line that stand in another field than `key`. */
function wordsBefore(key: string, fields: Fields): readonly string[] {
  const names = programOf[key.toLowerCase()] ?? [];
  const [, program] = fields.find(([name]) => names.includes(name.toLowerCase())) ?? [];
  return [program].flat().filter((word) => typeof word === 'string');
}

/** The name of a variable that is written as `{"name": ..., "value": ...}`, for its field `value`. */
function variableName(key: string, fields: Fields): string {
  if (key.toLowerCase() !== 'value') return key;
  const [, name] = fields.find(([each]) => /^(?:name|key)$/i.test(each)) ?? [];
  return typeof name === 'string' ? name : key;
}

function redactField(
  key: string,
  field: unknown,
  at: { readonly redaction: ValueRedaction; readonly depth: number; readonly fields: Fields },
): unknown {
  const { redaction, depth, fields } = at;
  const name = variableName(key, fields);
  const isSecret =
    (typeof field === 'string' && isSecretVariable(name, field)) ||
    (typeof field === 'number' && secrecyOf(name) === 'certain');
  if (isSecret) {
    const secret = String(field);
    return isPlaceholder(secret) ? secret : redaction.hide(secret, 'secret-name');
  }
  if (typeof field === 'string' && isProxyName(name)) {
    // As a variable: what its name says counts for the whole value.
    return redaction.text(`${name}=${field}`).slice(name.length + 1);
  }
  if (Array.isArray(field) && key.toLowerCase() in programOf) {
    return redactList(field, { redaction, depth: depth + 1, before: wordsBefore(key, fields) });
  }
  // `auths` of Docker's configuration: whatever is in there.
  if (key === 'auths' || (isSecretName(key) && isTextTable(field))) {
    return hideTexts(field, redaction);
  }
  return redactValue(field, redaction, depth + 1);
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
  at: {
    readonly redaction: ValueRedaction;
    readonly depth: number;
    /** Words of the same command line that stand elsewhere. */
    readonly before: readonly string[];
  },
): readonly unknown[] {
  const { redaction, depth, before } = at;
  const words = [...before, ...list.filter((each) => typeof each === 'string')];
  const isCommand = words.length === before.length + list.length && words.length > 1;
  const secrets = isCommand ? redaction.secretsIn(words.join(' ')) : [];
  const whole = new Set(secrets.map((secret) => secret.replace(/^["']|["']$/g, '')));
  const inWords = isCommand ? secretsOfWords(words) : new Map<number, number>();
  return list.map((each, index) => {
    if (typeof each !== 'string') return redactValue(each, redaction, depth + 1);
    const from = inWords.get(before.length + index);
    if (from !== undefined && from < each.length) {
      const secret = each.slice(from);
      // What is before it has been judged with it, and has nothing of its own.
      return isPlaceholder(secret)
        ? each
        : each.slice(0, from) + redaction.hide(secret, 'command-line');
    }
    if (whole.has(each)) return redaction.hide(each, 'command-line');
    return redactVariable(each, redaction);
  });
}

/** `NAME=value`: in a list a value is known to its end, of several lines too. */
function redactVariable(text: string, redaction: ValueRedaction): string {
  const [, name = '', value = ''] = /^([A-Za-z_][\w.-]{0,255})=(.*)$/s.exec(text) ?? [];
  if (!value.includes('\n') || !isSecretVariable(name, value)) return redaction.text(text);
  return `${name}=${isPlaceholder(value) ? value : redaction.hide(value, 'secret-name')}`;
}
