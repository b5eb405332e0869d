import { fleetErrorMessages as m } from '../../../messages/areas/fleet-errors.ts';
import { BerthError } from '../../../runtime/errors/berth-error.ts';
import type { ClientTarget } from '../ssh/client-config.ts';

/** Names, IPv4 and IPv6 addresses with a zone, and names of ~/.ssh/config. Never an option of ssh. */
const addressForm = /^[\p{L}\p{N}_][\p{L}\p{N}_.:%-]*$|^::[\w:.%]*$/u;
/** As useradd(8) allows and directories have them; never an option of ssh. */
const userForm = /^[\p{L}\p{N}_][\p{L}\p{N}_.@$\\+-]*$/u;

/** Whether a text can be the name of a user; one that ssh would take for an option cannot. */
export function isUserName(text: string): boolean {
  return userForm.test(text);
}
const mostPort = 65_535;

/**
 * Reads an address as ssh(1) takes its destination: `[user@]host` or `ssh://[user@]host[:port]`, an IPv6 address in
 * brackets in the second form. Throws USAGE.
 */
export function parseAddress(text: string): ClientTarget {
  const uri = /^ssh:\/\/(?:([^@/]+)@)?(\[[^\]]+\]|[^:/[\]]+)(?::([^/]*))?\/?$/.exec(text);
  if (uri !== null) {
    const [, user, host = '', port] = uri;
    return target({ text, user, address: host.replaceAll(/^\[|\]$/g, ''), port });
  }
  const at = text.lastIndexOf('@');
  const user = at < 0 ? undefined : text.slice(0, at);
  return target({ text, user, address: text.slice(at + 1), port: undefined });
}

function target(parts: {
  readonly text: string;
  readonly user: string | undefined;
  readonly address: string;
  readonly port: string | undefined;
}): ClientTarget {
  const { text, user, address, port } = parts;
  const nameAndPort = /^[^:]+:\d+$/.test(address);
  if (!addressForm.test(address) || nameAndPort || (user !== undefined && !isUserName(user))) {
    throw wrong(m.addressInvalid({ text }));
  }
  if (port !== undefined && !isPort(port)) throw wrong(m.portInvalid({ text }));
  return {
    address,
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port: Number(port) }),
  };
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= mostPort;
}

function wrong(message: string): BerthError {
  return new BerthError('USAGE', { message, remedy: m.addressRemedy() });
}
