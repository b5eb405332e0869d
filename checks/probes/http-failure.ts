import { checkMessages as m } from '../../messages/areas/checks.ts';

const texts: Readonly<Record<string, () => string>> = {
  ENOTFOUND: m.httpNotFound,
  EAI_AGAIN: m.httpNotFound,
  ECONNREFUSED: m.httpRefused,
  ETIMEDOUT: m.httpSilent,
  ECONNRESET: m.httpSilent,
  ENETUNREACH: m.httpNoWay,
  EHOSTUNREACH: m.httpNoWay,
};

/** Why a server could not be asked, in words, by the code of `HttpAnswer`. */
export function httpFailure(code: string): string {
  const known = texts[code];
  if (known !== undefined) return known();
  return /CERT|SELF_SIGNED|SIGNATURE/.test(code)
    ? m.httpCertificate({ code })
    : m.httpOther({ code });
}
