import type { OutgoingHttpHeaders } from 'node:http';
import type { EngineIdentity } from '../services.ts';
import { currentApiVersion } from './api-version.ts';

/** Headers that every answer has, as Docker's do. */
export function commonHeaders({
  version,
  experimental = 'off',
}: Pick<EngineIdentity, 'version' | 'experimental'>): OutgoingHttpHeaders {
  return {
    'Api-Version': currentApiVersion,
    'Docker-Experimental': String(experimental === 'on'),
    Ostype: 'linux',
    Server: `berth/${version} (linux)`,
  };
}

/** Headers of the answer to `/_ping`. Nobody may keep it: it tells whether berth lives now. */
export const pingHeaders = {
  'Cache-Control': 'no-cache, no-store, must-revalidate',
  Pragma: 'no-cache',
  // 1: no BuildKit, so that `docker build` does not ask for it.
  'Builder-Version': '1',
  Swarm: 'inactive',
} as const;

/** Body of the answer to `/_ping`. */
export const pingBody = 'OK';
