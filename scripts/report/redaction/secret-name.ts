import { keySecrecy } from './key-name.ts';

/** Parts that make a name secret wherever they stand in it: `PGPASSWORD`, `clientSecret`, `apikey`. */
const anywhere =
  /passw(?:or)?d|passwort|passphrase|passcode|secret|credential|apikey|authkey|privatekey|accesskey|accountkey|encryptionkey|signingkey|sharedkey|masterkey|licen[cs]ekey|deploykey|identitytoken|registrytoken|bearer/;

/** Words that make a name secret when they are its last one: `db_pass`, `GITHUB_TOKEN`, `registry-auth`. */
const lastWords: ReadonlySet<string> = new Set([
  'authorization',
  'authtoken',
  'cookie',
  'cookies',
  'creds',
  'dsn',
  'jwt',
  'otp',
  'pass',
  'passkey',
  'pin',
  'psk',
  'pw',
  'pwd',
  'sessid',
  'sessionid',
  'token',
  'tokens',
  'unseal',
  'userpwd',
]);

/** Ends of last words that make a name secret, as they are written together: `DBPASS`, `csrftoken`. */
const lastPart = /(?:token|sessid|pass|pwd)$/;

/** Words that end so and have nothing to do with that. */
const noPasswords: ReadonlySet<string> = new Set([
  ...[
    'askpass',
    'bypass',
    'compass',
    'encompass',
    'overpass',
    'surpass',
    'trespass',
    'underpass',
    'oldpwd',
  ],
]);

/** Words that name a secret only when the value looks like one: `sig=31` is a signal, `auth=none` a choice. */
const ambiguous: ReadonlySet<string> = new Set(['auth', 'sas', 'sig', 'signature']);

/** Last words of names that are about a secret and are none: `password_file`, `token_type`. */
const aboutSecrets: ReadonlySet<string> = new Set([
  'age',
  'algorithm',
  'count',
  'dir',
  'enabled',
  'endpoint',
  'expires',
  'expiry',
  'file',
  'id',
  'issuer',
  'length',
  'limit',
  'max',
  'method',
  'min',
  'mode',
  'name',
  'path',
  'policy',
  'realm',
  'required',
  'server',
  'service',
  'size',
  'sock',
  'stdin',
  'timeout',
  'ttl',
  'type',
  'url',
  'usage',
  'user',
  'username',
  'version',
]);

/** Variables with such names that hold none. */
const harmless: ReadonlySet<string> = new Set(['pwd', 'oldpwd', 'xauthority', 'ssh_auth_sock']);

/** Whether a variable, key, header or option of this name holds a secret. */
export function isSecretName(name: string): boolean {
  return secrecyOf(name) !== 'none';
}

/**
 * How sure a name is: `certain` ones (`password`) hold a secret whatever the value looks like, `likely` ones (`token`,
 * `pass`) also stand in ordinary sentences, `ambiguous` ones also have values that are none.
 */
export function secrecyOf(name: string): 'certain' | 'likely' | 'ambiguous' | 'none' {
  if (name === '' || harmless.has(name.toLowerCase())) return 'none';
  const words = withoutSuffix(wordsOf(name));
  const last = words.at(-1) ?? '';
  // Vault's AppRole: the identifier is the secret.
  if (words.join('').endsWith('secretid')) return 'certain';
  if (last === 'keys' && words.length > 1) return keySecrecy(name, words);
  if (aboutSecrets.has(last) && words.length > 1) return 'none';
  if (anywhere.test(words.join(''))) return 'certain';
  if (ambiguous.has(last)) return 'ambiguous';
  if (lastWords.has(last) || (lastPart.test(last) && !noPasswords.has(last))) return 'likely';
  return keySecrecy(name, words);
}

/** `UNSEAL_KEY_1` and `unseal_keys_b64` are what they are without that. */
function withoutSuffix(words: readonly string[]): readonly string[] {
  const end = words.findLastIndex((word) => !/^(?:\d+|b64|base64|hex)$/.test(word));
  return words.slice(0, end + 1);
}

/** `dbPassword`, `DB_PASSWORD` and `db-password` have the same words. */
function wordsOf(name: string): readonly string[] {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}
