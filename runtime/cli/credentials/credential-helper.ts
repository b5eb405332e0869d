import { BerthError, messageOf } from '../../errors/berth-error.ts';
import { hasErrno } from '../../host/files.ts';
import type { ProcessResult } from '../../host/run-process.ts';
import { runProcess } from '../../host/run-process.ts';
import type { Login } from './login.ts';

/** What a helper says when it knows nothing of a registry; all helpers use these words (docker-credential-helpers). */
const notFound = 'credentials not found in native keychain';

/** The name that stands for a token in place of a password. */
const tokenName = '<token>';

type Action = 'get' | 'store' | 'erase';

/**
 * A program `docker-credential-<name>` that keeps logins, in the protocol of docker-credential-helpers: the action as
 * its argument, a registry or JSON on standard input, JSON on standard output.
 */
export class CredentialHelper {
  readonly program: string;
  readonly #env: Readonly<Record<string, string | undefined>>;

  /** @throws CREDENTIAL_HELPER_FAILED for a name that is a path */
  constructor(name: string, env: Readonly<Record<string, string | undefined>>) {
    this.program = `docker-credential-${name}`;
    this.#env = env;
    // A path would leave PATH, and start whatever is there.
    if (name.includes('/')) throw this.#failure('is a path, wanted the name of a program in PATH');
  }

  /**
   * The login for a registry; `undefined` when the helper has none.
   *
   * @throws CREDENTIAL_HELPER_FAILED
   */
  async get(server: string): Promise<Login | undefined> {
    const { exitCode, stdout } = await this.#run('get', server);
    if (exitCode !== 0) {
      if (stdout.trim() === notFound) return undefined;
      throw this.#refusal('get', { exitCode, stdout });
    }
    const { Username: username, Secret: secret } = this.#parse(stdout);
    if (typeof username !== 'string' || typeof secret !== 'string') {
      throw this.#failure("answered without 'Username' and 'Secret', wanted both");
    }
    return username === tokenName
      ? { username: '', password: '', identityToken: secret, registryToken: '' }
      : { username, password: secret, identityToken: '', registryToken: '' };
  }

  /** Keeps the login of a registry. @throws CREDENTIAL_HELPER_FAILED */
  async store(server: string, login: Login): Promise<void> {
    const isToken = login.identityToken !== '';
    const entry = {
      ServerURL: server,
      Username: isToken ? tokenName : login.username,
      Secret: isToken ? login.identityToken : login.password,
    };
    const result = await this.#run('store', JSON.stringify(entry));
    if (result.exitCode !== 0) throw this.#refusal('store', result);
  }

  /** Forgets the login of a registry; nothing happens when there is none. @throws CREDENTIAL_HELPER_FAILED */
  async erase(server: string): Promise<void> {
    const result = await this.#run('erase', server);
    if (result.exitCode !== 0 && result.stdout.trim() !== notFound) {
      throw this.#refusal('erase', result);
    }
  }

  async #run(action: Action, input: string): Promise<ProcessResult> {
    try {
      return await runProcess({ program: this.program, args: [action], input, env: this.#env });
    } catch (cause) {
      if (!hasErrno(cause, 'ENOENT')) {
        throw this.#failure(`cannot be started (${messageOf(cause)})`, cause);
      }
      throw this.#failure('is not in PATH, and your docker configuration asks for it', cause);
    }
  }

  #parse(text: string): Readonly<Record<string, unknown>> {
    try {
      const value: unknown = JSON.parse(text);
      if (typeof value === 'object' && value !== null) return { ...value };
    } catch {
      // Said below. What it wrote is not: it may hold a secret.
    }
    throw this.#failure('answered with something else than a JSON object');
  }

  #refusal(action: Action, answer: Pick<ProcessResult, 'exitCode' | 'stdout'>): BerthError {
    const { exitCode, stdout } = answer;
    const words = stdout.trim().slice(0, 200);
    return this.#failure(
      `ended with ${exitCode} on '${action}'${words === '' ? '' : `: ${words}`}`,
    );
  }

  #failure(what: string, cause?: unknown): BerthError {
    return new BerthError('CREDENTIAL_HELPER_FAILED', {
      message: `credential helper '${this.program}' ${what}`,
      remedy:
        "Install or repair it, or take it out of 'credsStore' and 'credHelpers' in docker's config.json.",
      details: { program: this.program },
      cause,
    });
  }
}
