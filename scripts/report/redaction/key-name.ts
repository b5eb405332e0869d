/** Words before `key` that make it a secret one whatever its value looks like. */
const secretKinds: ReadonlySet<string> = new Set([
  'access',
  'account',
  'api',
  'app',
  'auth',
  'client',
  'deploy',
  'encryption',
  'license',
  'master',
  'preshared',
  'private',
  'recovery',
  'root',
  'service',
  'session',
  'shared',
  'signing',
  'ssh',
  'storage',
  'unseal',
]);

/** Words before `key` that say that it is known to everybody, or opens nothing: of tables, maps, caches, keyboards. */
const openKinds: ReadonlySet<string> = new Set([
  ...['public', 'pub', 'publishable', 'host', 'known', 'trusted', 'authorized', 'fingerprint'],
  ...['primary', 'foreign', 'unique', 'natural', 'composite', 'candidate', 'surrogate', 'parent'],
  ...['sort', 'order', 'partition', 'shard', 'range', 'hash', 'group', 'cluster', 'routing'],
  ...['cache', 'lookup', 'index', 'row', 'column', 'field', 'object', 'map', 'dict', 'json'],
  ...['config', 'env', 'param', 'parameter', 'query', 'header', 'label', 'annotation', 'tag'],
  ...['metric', 'message', 'event', 'translation', 'i18n', 'resource', 'registry', 'bucket', 's3'],
  ...['blob', 'path', 'idempotency', 'dedup', 'correlation', 'request', 'trace', 'redis', 'etcd'],
  ...['hot', 'short', 'meta', 'compose', 'modifier', 'arrow', 'enter', 'escape', 'function'],
  ...['any', 'no', 'the', 'a', 'this', 'that', 'its', 'of', 'for', 'with', 'by', 'each', 'same'],
  ...['unknown', 'invalid', 'missing', 'duplicate', 'bad', 'wrong', 'unexpected', 'unsupported'],
]);

/** Words in capitals that end so and are none. */
const noKeys: ReadonlySet<string> = new Set([
  ...['donkey', 'hockey', 'hotkey', 'jockey', 'monkey', 'turkey', 'whiskey'],
  ...['gpgkey', 'pubkey', 'publickey', 'sshkey'],
]);

/**
 * Whether a name that ends in `key` is one of a secret. There are as many as there are services, so it is told by what a key
 * is not: `ANTHROPIC_KEY`, `stripe-key`, but not `public_key`, `primaryKey`, `KEYMAP`.
 *
 * @param words Of the name, in lower case.
 * @returns See `secrecyOf`.
 */
export function keySecrecy(
  name: string,
  words: readonly string[],
): 'likely' | 'ambiguous' | 'none' {
  const [kind, last = ''] = words.slice(-2).length === 2 ? words.slice(-2) : ['', words[0]];
  const inCapitals = name === name.toUpperCase();
  if (last !== 'key' && last !== 'keys') {
    return inCapitals && /\wkey$/.test(last) && !noKeys.has(last) ? 'ambiguous' : 'none';
  }
  if (secretKinds.has(kind)) return 'likely';
  // `expired_keys` counts; a lone `key` is that of a map.
  if (last === 'keys' || kind === '' || openKinds.has(kind) || words.includes('public')) {
    return 'none';
  }
  // A variable, which is more than a field: those are also of tables and maps.
  return inCapitals ? 'likely' : 'ambiguous';
}
