/** As node:https in https.ts, and for the same reason. */
const tls = process.getBuiltinModule('node:tls');

/** Whom to trust and as whom to appear, besides what the host trusts. Compared by identity: keep the object. */
export interface TlsTrust {
  /** Certificates of authorities, PEM. */
  readonly authorities: readonly string[];
  /** Client certificates with their keys, PEM. One of each kind of key can be used. */
  readonly clients: readonly { readonly certificate: string; readonly key: string }[];
}

/** What OpenSSL makes of certificates and keys. */
type SecureContext = ReturnType<typeof tls.createSecureContext>;

/** Made once for each trust: to parse all authorities anew takes 30 ms, during which nothing else happens. */
const contexts = new WeakMap<TlsTrust, SecureContext>();

let hostAuthorities: readonly string[] | undefined;

/**
 * Authorities of Node.js and of the host (`/etc/ssl/certs`), where administrators put their own, as dockerd and other
 * programs in Go use them. Reading them takes a tenth of a second: it is done once, upon first use.
 */
function trustedByHost(): readonly string[] {
  hostAuthorities ??= [
    ...new Set([...tls.getCACertificates('default'), ...tls.getCACertificates('system')]),
  ];
  return hostAuthorities;
}

/**
 * Reads the certificates of a trust.
 *
 * @throws OpenSSL's errors for what is not PEM or does not belong together
 */
export function secureContextOf(trust: TlsTrust): SecureContext {
  const known = contexts.get(trust);
  if (known !== undefined) return known;
  const context = tls.createSecureContext({
    ca: [...trustedByHost(), ...trust.authorities],
    cert: trust.clients.map(({ certificate }) => certificate),
    key: trust.clients.map(({ key }) => key),
  });
  contexts.set(trust, context);
  return context;
}

/** Trusts what the host trusts. */
export const hostTrust: TlsTrust = { authorities: [], clients: [] };
