import { entryOfLogin, loginOfEntry } from './auth-entry.ts';
import type { CredentialHelper } from './credential-helper.ts';
import type { DockerConfig } from './docker-config.ts';
import {
  dockerConfigPath,
  parseDockerConfig,
  readDockerConfig,
  writeDockerConfig,
} from './docker-config.ts';
import type { Login } from './login.ts';
import { dockerHubKey, hostOf } from './registry-key.ts';

/** Where a login is kept. */
export type LoginPlace =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'helper'; readonly program: string };

type Environment = Readonly<Record<string, string | undefined>>;

/** Old files have keys such as `https://host/v1/` and `http://host`: the exact key counts first, then the host. */
function entryFor(auths: DockerConfig['auths'], key: string): Login | undefined {
  const exact = Object.hasOwn(auths, key) ? key : undefined;
  const found = exact ?? Object.keys(auths).find((each) => hostOf(each) === key);
  const entry = found === undefined ? undefined : auths[found];
  return entry === undefined ? undefined : loginOfEntry(key, entry);
}

/**
 * The logins that docker's client has too: in `~/.docker/config.json`, or in the credential helpers that it names.
 * Registries are given by their key (`credentialsKey`). Read when it is asked, so that each call sees what is there.
 */
export class CredentialStore {
  readonly #env: Environment;
  readonly #path: string;

  constructor(env: Environment) {
    this.#env = env;
    this.#path = dockerConfigPath(env);
  }

  /**
   * The login for a registry: from `DOCKER_AUTH_CONFIG`, its helper, or the file.
   *
   * @throws CREDENTIALS_FILE_INVALID, CREDENTIAL_HELPER_FAILED
   */
  async find(key: string): Promise<Login | undefined> {
    const fromEnvironment = this.#fromEnvironment(key);
    if (fromEnvironment !== undefined) return fromEnvironment;
    const config = await readDockerConfig(this.#path);
    const helper = await this.#helperFor(config, key);
    return helper === undefined ? entryFor(config.auths, key) : helper.get(key);
  }

  /**
   * Keeps a login, and tells where.
   *
   * @throws CREDENTIALS_FILE_INVALID, CREDENTIALS_NOT_STORED, CREDENTIAL_HELPER_FAILED
   */
  async save(key: string, login: Login): Promise<LoginPlace> {
    const config = await readDockerConfig(this.#path);
    const helper = await this.#helperFor(config, key);
    await helper?.store(key, login);
    // With a helper the file has an empty entry, as docker writes it: that there is a login, but not what it is.
    const entry = helper === undefined ? entryOfLogin(login) : {};
    const before = config.auths[key];
    if (before === undefined || JSON.stringify(before) !== JSON.stringify(entry)) {
      await writeDockerConfig(config, { auths: { ...config.auths, [key]: entry } });
    }
    return helper === undefined
      ? { kind: 'file', path: config.path }
      : { kind: 'helper', program: helper.program };
  }

  /**
   * Forgets the login for a registry, under whichever of its keys it is kept. Tells whether the file had one.
   *
   * @throws CREDENTIALS_FILE_INVALID, CREDENTIALS_NOT_STORED, CREDENTIAL_HELPER_FAILED
   */
  async forget(key: string): Promise<'forgotten' | 'unknown'> {
    const config = await readDockerConfig(this.#path);
    const helper = await this.#helperFor(config, key);
    await helper?.erase(key);
    // Old clients kept a login under a URL; that it cannot be taken from there as well is nothing to stop for.
    for (const scheme of key === dockerHubKey ? [] : ['http', 'https']) {
      await helper?.erase(`${scheme}://${key}`).catch(() => undefined);
    }
    const kept = Object.entries(config.auths).filter(
      ([each]) => each !== key && hostOf(each) !== key,
    );
    const known = kept.length < Object.keys(config.auths).length;
    if (known) await writeDockerConfig(config, { auths: Object.fromEntries(kept) });
    return known || helper !== undefined ? 'forgotten' : 'unknown';
  }

  async #helperFor(config: DockerConfig, key: string): Promise<CredentialHelper | undefined> {
    const name = config.credHelpers[key] ?? config.credsStore;
    if (name === '') return undefined;
    // Most have none, and their pulls begin sooner without it.
    const { CredentialHelper } = await import('./credential-helper.ts');
    return new CredentialHelper(name, this.#env);
  }

  #fromEnvironment(key: string): Login | undefined {
    const text = this.#env['DOCKER_AUTH_CONFIG'];
    if (text === undefined || text === '') return undefined;
    return entryFor(parseDockerConfig('DOCKER_AUTH_CONFIG', text).auths, key);
  }
}
