import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { routes } from '../../../runtime/api/routes/table.ts';
import type { FuzzedRequest } from './fuzz/fuzzed-request.ts';
import { fuzzedRequest } from './fuzz/fuzzed-request.ts';
import { fuzzedRoutes, routeKey } from './fuzz/fuzzed-routes.ts';
import { FuzzedWorld } from './fuzz/fuzzed-world.ts';
import type { FuzzedAnswer } from './fuzz/send.ts';

/** How many requests of each route: `BERTH_TEST_ROUTE_FUZZ=500` for a long look; `BERTH_TEST_SEED` for those of another run. */
const numRuns = Number(process.env['BERTH_TEST_ROUTE_FUZZ'] ?? 2);
const seed = Number(process.env['BERTH_TEST_SEED'] ?? 5);

/** Errors that Docker answers with a 5xx too: those of others, and what it says of states. */
const serverErrors = [
  ...['REGISTRY_UNREACHABLE', 'REGISTRY_RESPONSE_INVALID', 'IMPORT_SOURCE_UNAVAILABLE'],
  ...[
    'CONTAINER_NOT_PAUSED',
    'CONTAINER_PS_FAILED',
    'API_NOT_IMPLEMENTED',
    'CGROUP_UPDATE_REFUSED',
  ],
];

let world: FuzzedWorld;
beforeAll(async () => {
  world = await FuzzedWorld.make();
});
afterAll(() => world.daemon.destroy());

/** What is wrong with an answer; empty when it is one that a client can work with. */
function problemOf({ method }: FuzzedRequest, { status, contentType, body }: FuzzedAnswer): string {
  if (status < 400) return status === 0 ? 'no answer' : '';
  // It has no body.
  if (method === 'HEAD') return '';
  if (!contentType.startsWith('application/json')) return `an error as ${contentType}: ${body}`;
  const { message, code = '' } = JSON.parse(body) as { message?: string; code?: string };
  if (message === undefined || message === '') return 'an error without a message';
  return status >= 500 && !serverErrors.includes(code) ? `${status} ${code}: ${message}` : '';
}

describe('every route', () => {
  test('is in the table of what is tried', () => {
    expect(routes.map(routeKey).sort()).toEqual(Object.keys(fuzzedRoutes).sort());
  });

  test.each(Object.entries(fuzzedRoutes))(
    `%s answers anything, and refuses without a trace: ${numRuns} of seed ${seed}`,
    async (key, route) => {
      const property = fc.asyncProperty(fuzzedRequest([key, route]), async (request) => {
        const before = await world.state();
        const answer = await world.send(request, route.ends ?? 'by-itself');
        if (answer !== undefined) expect(problemOf(request, answer)).toBe('');
        if (answer === undefined || answer.status >= 400)
          expect(await world.state()).toEqual(before);
        else await world.restore();
        expect(world.daemon.problems).toEqual([]);
      });
      await fc.assert(property, { numRuns, seed, endOnFailure: true });
    },
  );
});
