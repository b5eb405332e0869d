import type { ErrorArea } from './area.ts';

/** Errors of `runtime/network`. */
export const networkErrors = {
  NETWORK_NOT_FOUND: {
    http: 404,
    exit: 1,
    meaning: 'No network has this id, name or id prefix.',
  },
  NETWORK_ID_AMBIGUOUS: {
    http: 400,
    exit: 1,
    meaning: 'Several networks have ids that begin like this.',
  },
  NETWORK_NAME_INVALID: {
    http: 400,
    exit: 1,
    meaning: 'A network needs a name.',
  },
  NETWORK_NAME_IN_USE: {
    http: 409,
    exit: 1,
    meaning: 'Another network has this name.',
  },
  NETWORK_PREDEFINED: {
    http: 403,
    exit: 1,
    meaning:
      'The networks "bridge", "host" and "none" are always there: nobody makes or removes them.',
  },
  NETWORK_IN_USE: {
    http: 403,
    exit: 1,
    meaning:
      'Containers are connected to the network, or others have its configuration, so it cannot be removed.',
  },
  NETWORK_DRIVER_UNKNOWN: {
    http: 404,
    exit: 1,
    meaning: 'A network is to be made by a driver that is not there.',
  },
  NETWORK_OPTION_INVALID: {
    http: 400,
    exit: 1,
    meaning: 'An option of a network driver is unknown, or its value makes no sense.',
  },
  NETWORK_CONFIG_INVALID: {
    http: 400,
    exit: 1,
    meaning: 'A field of a network has a value that makes no sense; the message names the field.',
  },
  NETWORK_CONFIG_REFUSED: {
    http: 403,
    exit: 1,
    meaning: 'A network is asked for that contradicts itself or another network.',
  },
  NETWORK_DRIVER_REFUSED: {
    http: 500,
    exit: 1,
    meaning:
      'The driver "macvlan" or "ipvlan" cannot do what is asked of it; the message has the reason.',
  },
  NETWORK_SUBNET_OVERLAPS: {
    http: 403,
    exit: 1,
    meaning: 'A subnet has addresses in common with that of another network.',
  },
  NETWORK_SUBNETS_USED_UP: {
    http: 400,
    exit: 1,
    meaning:
      'All subnets of "default-address-pools" are in use, by other networks or by routes of the host.',
  },
  NETWORK_ADDRESS_IN_USE: {
    http: 403,
    exit: 125,
    meaning: 'Another container has the address that was asked for.',
  },
  NETWORK_ADDRESS_OUTSIDE: {
    http: 400,
    exit: 125,
    meaning: 'The address that was asked for is in no subnet of the network.',
  },
  NETWORK_ADDRESSES_USED_UP: {
    http: 503,
    exit: 125,
    meaning: 'Containers have all addresses of the network.',
  },
  NETWORK_UNAVAILABLE: {
    http: 500,
    exit: 125,
    meaning: 'A network cannot be set up on this host; the message has the reason.',
  },
  NETWORK_RECORD_INVALID: {
    http: 500,
    exit: 1,
    meaning: 'The file that describes a network cannot be read; it is left alone.',
  },
  ENDPOINT_EXISTS: {
    http: 403,
    exit: 1,
    meaning: 'The container is connected to the network already.',
  },
  ENDPOINT_NAME_UNKNOWN: {
    http: 404,
    exit: 1,
    meaning: 'No container of this name, gone or not, has left anything in the network.',
  },
  ENDPOINT_NOT_FOUND: {
    http: 500,
    exit: 1,
    meaning: 'The container is not connected to the network.',
  },
  ENDPOINT_SETTINGS_INVALID: {
    http: 400,
    exit: 125,
    meaning: 'What a container asks of a network makes no sense; the message names it.',
  },
} as const satisfies ErrorArea;
