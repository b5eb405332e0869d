/** Values that say nothing, whatever they are called. */
const empty =
  /^(?:|null|nil|none|true|false|yes|no|on|off|undefined|<[^>]*>|\*+|x+|=+|[{[]|\.{3}|[|>][-+\d]{0,2}|\$\{[^}]*\})$/i;

/** Whether a value of a secret name can be shown: a switch, a reference to a variable, asterisks. */
export function isEmptyValue(value: string): boolean {
  return empty.test(value);
}

/** Whether a word looks like a secret rather than like a word of a sentence. */
export function looksSecret(value: string): boolean {
  return value.length >= 6 && (/\d/.test(value) || /[a-z][A-Z]|[^\w\s.,;:!?'"()-]/.test(value));
}

/** Whether a value only says where a secret is, or is the fingerprint of one: a path, a URL without credentials. */
export function isReference(value: string): boolean {
  return /^(?:(?:~|\.{1,2})?\/[a-z][\w.-]*(?:\/[\w.@-]+)*\/?|(?:https?|file|unix):\/\/[^@]*|(?:sha\d+|md5):[\w+/:=]+)$/i.test(
    value,
  );
}

/**
 * Whether a secret may be searched for everywhere. A short or ordinary word (`admin`, `docker`) is only taken out where it
 * was found: elsewhere it means something else, and the report has to stay readable.
 */
export function isWorthHiding(value: string): boolean {
  if (value.length < 6 || value.length > 16_384) return false;
  // Paths, digests, addresses and plain numbers.
  if (/^(?:\/[\w.@/-]*|sha\d+:[0-9a-f]+|[\d.:/-]+|[a-z]+:\/\/[^@]*)$/i.test(value)) return false;
  return value.length >= 20 || (/[A-Za-z]/.test(value) && /[^A-Za-z]/.test(value));
}
