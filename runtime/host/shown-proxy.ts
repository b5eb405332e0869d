/** The scheme in front of a proxy, which people leave out. */
const scheme = /^[a-z][a-z0-9+.-]*:\/\//i;

/**
 * Where the user and password of a proxy stand: between `://` and the last `@`. Nobody encodes the `#`, `?`, `/` and blanks of
 * a password, by which a URL would end (RFC 3986, section 3.2.1); a proxy has no path with an `@` in it.
 *
 * @param value All of the value of `HTTPS_PROXY` or the like.
 * @returns Indices into the value, `to` that of the `@`; `undefined` when there is no user.
 */
export function proxyUserAt(
  value: string,
): { readonly from: number; readonly to: number } | undefined {
  const from = scheme.exec(value)?.[0].length ?? 0;
  const to = value.lastIndexOf('@');
  return to < from ? undefined : { from, to };
}

/** A proxy as it may be shown: without the user and password that many of them have in their URL. */
export function shownProxy(value: string): string {
  const user = proxyUserAt(value);
  return user === undefined ? value : `${value.slice(0, user.from)}***${value.slice(user.to)}`;
}
