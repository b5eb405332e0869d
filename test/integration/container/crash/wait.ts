import { isDeepStrictEqual } from 'node:util';

import type { Answer, ApiClient } from './api-client.ts';

const limitMs = 10_000;
const intervalMs = 20;
/** How often the same is to be seen before it is taken for the last. */
const looks = 10;

/** Looks until it is as wanted, for a while; gives the last that was seen. */
export async function until<T>(
  look: () => T | Promise<T>,
  isWanted: (found: T) => boolean,
): Promise<T> {
  const end = Date.now() + limitMs;
  for (;;) {
    const found = await look();
    if (isWanted(found) || Date.now() > end) return found;
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
}

/** Looks until it does not change any more. */
export async function settled<T>(look: () => T | Promise<T>): Promise<T> {
  let last: T | undefined;
  let times = 0;
  return until(look, (found) => {
    times = isDeepStrictEqual(found, last) ? times + 1 : 0;
    last = found;
    return times === looks;
  });
}

/** Asks until the answer is as wanted, or berthd is no more. */
export function askUntil(
  client: ApiClient,
  path: string,
  isWanted: (body: string) => boolean,
): Promise<Answer> {
  return until(
    () => client.call('GET', path),
    ({ status, body }) => status === 0 || isWanted(body),
  );
}
