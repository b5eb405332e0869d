/** Parts that make a name secret wherever they stand in it: `PGPASSWORD`, `clientSecret`, `apikey`. */
const anywhere =
  /passw(?:or)?d|passwort|passphrase|passcode|secret|credential|apikey|authkey|privatekey|accesskey|accountkey|encryptionkey|signingkey|sharedkey|masterkey|licen[cs]ekey|deploykey|identitytoken|registrytoken|bearer/;

/** Words that make a name secret when they are its last one: `db_pass`, `GITHUB_TOKEN`, `registry-auth`. */
const lastWords: ReadonlySet<string> = new Set([
  'authorization',
  'authtoken',
  'cookie',
  'cookies',
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
  'userpwd',
]);

/** Words that name a secret only when the value looks like one: `sig=31` is a signal, `auth=none` a choice. */
const ambiguous: ReadonlySet<string> = new Set(['auth', 'sas', 'sig', 'signature']);

/** Words before `key` that make it a secret one. */
const keyQualifiers: ReadonlySet<string> = new Set([
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
  'service',
  'shared',
  'signing',
  'ssh',
  'storage',
]);

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
  'keys',
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
  const words = wordsOf(name);
  const last = words.at(-1) ?? '';
  // Vault's AppRole: the identifier is the secret.
  if (words.join('').endsWith('secretid')) return 'certain';
  if (aboutSecrets.has(last) && words.length > 1) return 'none';
  if (anywhere.test(words.join(''))) return 'certain';
  if (ambiguous.has(last)) return 'ambiguous';
  if (lastWords.has(last) || last.endsWith('token') || last.endsWith('sessid')) return 'likely';
  const isKey = last === 'key' && keyQualifiers.has(words.at(-2) ?? '');
  return isKey ? 'likely' : 'none';
}

/** `dbPassword`, `DB_PASSWORD` and `db-password` have the same words. */
function wordsOf(name: string): readonly string[] {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}
