import type { ErrorArea } from './area.ts';

/** Errors of `runtime/network/ports`. */
export const portErrors = {
  PORT_SPEC_INVALID: {
    http: 400,
    exit: 125,
    meaning: 'A port, or an address of the host for one, cannot be read.',
  },
  PORT_ALLOCATED: {
    http: 500,
    exit: 125,
    meaning: 'A port of the host is that of another container.',
  },
  PORTS_EXHAUSTED: {
    http: 500,
    exit: 125,
    meaning: 'Containers have all ports of the host that one was to be chosen from.',
  },
} as const satisfies ErrorArea;
