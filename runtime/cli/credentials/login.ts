/** Who one is at a registry, as docker's configuration file and its credential helpers keep it. */
export interface Login {
  readonly username: string;
  readonly password: string;
  /** A token of the registry's in place of the password (OAuth2 refresh token); empty for none. */
  readonly identityToken: string;
  /** A bearer token that is sent to the registry as it is; empty for none. */
  readonly registryToken: string;
}

/** Whether there is anything in it that a registry would look at. */
export function isUsable(login: Login): boolean {
  return (
    login.identityToken !== '' ||
    login.registryToken !== '' ||
    (login.username !== '' && login.password !== '')
  );
}
