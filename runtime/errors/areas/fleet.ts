import type { ErrorArea } from './area.ts';

/** Errors of `scripts/fleet`: other hosts, over OpenSSH. */
export const fleetErrors = {
  FLEET_INVENTORY_INVALID: {
    http: 400,
    exit: 2,
    meaning: 'A hosts file cannot be read, or has something other than what is wanted there.',
  },
  FLEET_NO_HOSTS: {
    http: 400,
    exit: 2,
    meaning: 'No host was named, or none of those named is left after `--only`.',
  },
  FLEET_ARCH_UNSUPPORTED: {
    http: 501,
    exit: 1,
    meaning:
      'The processor of a host is neither x86_64 nor aarch64, or no bundle for it was given.',
  },
  FLEET_BUNDLE_INVALID: {
    http: 400,
    exit: 2,
    meaning: 'A file given by `--bundle` cannot be read or is not a bundle of berth.',
  },
  FLEET_NO_ROOM: {
    http: 507,
    exit: 1,
    meaning: 'A host has too little free space for the bundle; nothing was copied.',
  },
  FLEET_COPY_FAILED: {
    http: 502,
    exit: 1,
    meaning: 'The bundle did not arrive whole on a host, or could not be unpacked there.',
  },
  FLEET_TOOL_MISSING: {
    http: 501,
    exit: 1,
    meaning: 'A host lacks a program that receiving the bundle needs, such as tar.',
  },
  FLEET_REMOTE_FAILED: {
    http: 502,
    exit: 1,
    meaning: 'A command on a host ended in a way that tells nothing but its status.',
  },
  FLEET_OUTPUT_INVALID: {
    http: 502,
    exit: 1,
    meaning: 'berth on a host printed something other than the JSON that was asked for.',
  },
  FLEET_TIMEOUT: {
    http: 504,
    exit: 1,
    meaning:
      'A host was not done within the time that it was given; what ran there was told to stop.',
  },
  SSH_MISSING: {
    http: 501,
    exit: 1,
    meaning: "OpenSSH's client is not installed where the fleet is run from.",
  },
  SSH_HOST_KEY_UNKNOWN: {
    http: 502,
    exit: 1,
    meaning: 'A host, or a jump host before it, showed a key that no known_hosts file has.',
  },
  SSH_HOST_KEY_CHANGED: {
    http: 502,
    exit: 1,
    meaning: 'A host, or a jump host before it, showed another key than the one in known_hosts.',
  },
  SSH_LOGIN_REFUSED: {
    http: 502,
    exit: 1,
    meaning: 'A host accepted none of the keys that the client offered.',
  },
  SSH_UNREACHABLE: {
    http: 502,
    exit: 1,
    meaning: 'No connection to a host came about: its name, its network or its SSH server.',
  },
  SSH_CONNECTION_LOST: {
    http: 502,
    exit: 1,
    meaning: 'The connection to a host ended before the command on it had.',
  },
  SUDO_MISSING: {
    http: 501,
    exit: 1,
    meaning: 'The login on a host is not root, and the host has no sudo.',
  },
  SUDO_PASSWORD_NEEDED: {
    http: 403,
    exit: 1,
    meaning: 'sudo on a host wants a password, or refuses this user, and no password was given.',
  },
  SUDO_REFUSED: {
    http: 403,
    exit: 1,
    meaning: 'sudo on a host does not accept the password, or does not let this user become root.',
  },
  SUDO_PASSWORD_FILE_INVALID: {
    http: 400,
    exit: 2,
    meaning: 'The file with the password for sudo cannot be read, is empty, or others may read it.',
  },
} as const satisfies ErrorArea;
