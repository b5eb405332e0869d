import { existsNow } from '../../../host/exists-now.ts';

/** Options of the driver "syslog" alone. */
export const syslogOptions: readonly string[] = [
  'syslog-address',
  'syslog-facility',
  'syslog-format',
  'syslog-tls-ca-cert',
  'syslog-tls-cert',
  'syslog-tls-key',
  'syslog-tls-skip-verify',
];

/** Facilities by name (RFC 5424, table 1). */
const facilities: Readonly<Record<string, number>> = {
  ...{ kern: 0, user: 1, mail: 2, daemon: 3, auth: 4, syslog: 5, lpr: 6, news: 7, uucp: 8 },
  ...{ cron: 9, authpriv: 10, ftp: 11, local0: 16, local1: 17, local2: 18, local3: 19 },
  ...{ local4: 20, local5: 21, local6: 22, local7: 23 },
};

/** Where messages go. */
export type SyslogAddress =
  /** `undefined`: that of this host, wherever it listens. */
  | {
      readonly kind: 'unix';
      readonly path: string | undefined;
      readonly type: 'stream' | 'datagram';
    }
  | { readonly kind: 'udp' | 'tcp' | 'tcp+tls'; readonly host: string; readonly port: number };

const formats = ['', 'rfc3164', 'rfc5424', 'rfc5424micro'] as const;

/** A format of messages; the empty one is what a server of the same host takes. */
export type SyslogFormat = (typeof formats)[number];

type Options = Readonly<Record<string, string>>;

/** The address of `syslog-address`; a text is what is wrong with it. */
export function syslogAddress(text: string): SyslogAddress | string {
  if (text === '') return { kind: 'unix', path: undefined, type: 'datagram' };
  const match = /^([a-z][a-z\d+.-]*):(?:\/\/)?(.*)$/i.exec(text);
  const kind = match?.[1]?.toLowerCase() ?? '';
  const rest = match?.[2] ?? '';
  // Go's net/url takes what is before a colon for a scheme, and such an address for nothing.
  if (match === null && /^[^/?#]*:/.test(text))
    return `parse "${text}": first path segment in URL cannot contain colon`;
  if (kind === 'unix' || kind === 'unixgram') {
    // What is before the first slash is a host to Go's net/url, and the path is what follows.
    const path = /^[^/]*(.*)$/s.exec(rest)?.[1] ?? '';
    if (!existsNow(path)) return `stat ${path}: no such file or directory`;
    return { kind: 'unix', path, type: kind === 'unix' ? 'stream' : 'datagram' };
  }
  if (kind !== 'udp' && kind !== 'tcp' && kind !== 'tcp+tls')
    return `unsupported scheme: '${kind}'`;
  const authority = /^[^/?#]*/.exec(rest)?.[0] ?? '';
  const place = /^(?:\[([^\]]+)\]|([^:]*))(?::(\d+))?$/.exec(authority);
  if (place === null) return `parse "${text}": ${hostProblem(authority)}`;
  return { kind, host: place[1] ?? place[2] ?? '', port: Number(place[3] ?? 514) };
}

/** What Go's net/url says of a host that is none. */
function hostProblem(authority: string): string {
  if (authority.startsWith('[') && !authority.includes(']')) return "missing ']' in host";
  const rest = authority.startsWith('[')
    ? authority.slice(authority.indexOf(']') + 1)
    : authority.slice(authority.lastIndexOf(':'));
  return `invalid port "${rest}" after host`;
}

/** The number of `syslog-facility`. */
export function syslogFacility(text: string): number | undefined {
  if (text === '') return facilities['daemon'];
  if (Object.hasOwn(facilities, text)) return facilities[text];
  return /^\d+$/.test(text) && Number(text) <= 23 ? Number(text) : undefined;
}

/** The format of `syslog-format`. */
export function syslogFormat(text: string): SyslogFormat | undefined {
  return formats.find((format) => format === text);
}

/** What is wrong with the options, in Docker's words. */
export function syslogProblem(options: Options): string | undefined {
  const address = syslogAddress(options['syslog-address'] ?? '');
  if (typeof address === 'string') return address;
  if (syslogFacility(options['syslog-facility'] ?? '') === undefined)
    return 'invalid syslog facility';
  return syslogFormat(options['syslog-format'] ?? '') === undefined
    ? 'Invalid syslog format'
    : undefined;
}
