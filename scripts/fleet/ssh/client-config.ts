/** What a fleet asks of OpenSSH's client. */
export interface ClientSettings {
  /** `accept-new` only where the user asked for it. Keys that changed are refused by both. */
  readonly hostKeys: 'yes' | 'accept-new';
  /** For TCP, the key exchange and the banner, in whole seconds. */
  readonly connectTimeoutS: number;
}

/**
 * The configuration of ssh_config(5) that a fleet's clients read: what a fleet insists on, then the user's own and the
 * system's. The first value that is found counts.
 *
 * A file and not `-o` options, because the client hands `-F` on to the client that it starts for a jump host, but not
 * `-o`: on the command line, checking of host keys and `BatchMode` would end at the first hop.
 *
 * `LogLevel DEBUG1` makes the client tell the fingerprint of a key that it refuses, which it does not otherwise.
 */
export function clientConfig(settings: ClientSettings): string {
  return `Host *
  BatchMode yes
  StrictHostKeyChecking ${settings.hostKeys}
  NoHostAuthenticationForLocalhost no
  VerifyHostKeyDNS no
  ConnectTimeout ${settings.connectTimeoutS}
  ConnectionAttempts 1
  ServerAliveInterval 10
  ServerAliveCountMax 3
  LogLevel DEBUG1
  RequestTTY no
  RemoteCommand none
  PermitLocalCommand no
  ForwardAgent no
  ForwardX11 no
  Tunnel no
  EscapeChar none
  ClearAllForwardings yes
Include ~/.ssh/config
Include /etc/ssh/ssh_config
`;
}

/** What the client is to be told of one host; all else is in its configuration. */
export interface ClientTarget {
  /** A name or an address, as ~/.ssh/config may know it. */
  readonly address: string;
  readonly user?: string;
  readonly port?: number;
}

/** The client that holds the connection to a host, with the command that keeps it there. */
export function masterArgv(
  target: ClientTarget,
  at: { readonly configFile: string; readonly socket: string; readonly command: string },
): readonly [string, ...string[]] {
  return [
    'ssh',
    '-F',
    at.configFile,
    '-o',
    'ControlMaster=yes',
    '-o',
    `ControlPath=${at.socket}`,
    '-o',
    'ControlPersist=no',
    ...(target.user === undefined ? [] : ['-l', target.user]),
    ...(target.port === undefined ? [] : ['-p', String(target.port)]),
    '--',
    target.address,
    at.command,
  ];
}

/**
 * A client that runs one command over the connection that is there. Its `ProxyCommand` sees to it that it never makes a
 * connection itself, which it would when the first one has gone; the host's name means nothing then.
 */
export function sessionArgv(at: {
  readonly socket: string;
  readonly command: string;
}): readonly [string, ...string[]] {
  return [
    'ssh',
    '-F',
    'none',
    '-o',
    'ControlMaster=no',
    '-o',
    `ControlPath=${at.socket}`,
    '-o',
    'ProxyCommand=false',
    '-o',
    'BatchMode=yes',
    '-o',
    'LogLevel=ERROR',
    '-T',
    '--',
    'over-the-connection',
    at.command,
  ];
}
