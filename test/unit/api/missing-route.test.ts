import { describe, expect, test } from 'vitest';

import { missingRoute } from '../../../runtime/api/http/missing-route.ts';

describe('a request that no route takes', () => {
  test.each([
    ['GET', '/networks'],
    ['GET', '/networks?filters=x'],
  ])('%s %s is one of Docker that is still to come', (method, url) => {
    expect(missingRoute(method, url)).toMatchObject({ code: 'API_NOT_IMPLEMENTED' });
  });

  test.each([
    ['GET', '/nonsense'],
    // As `docker inspect` asks for a name among all kinds of objects.
    ['GET', '/networks/name'],
    ['GET', '/plugins/name/json'],
    ['GET', '/networksque'],
    ['POST', '/containers/top'],
  ])('%s %s is one of nobody', (method, url) => {
    expect(missingRoute(method, url)).toMatchObject({
      code: 'API_ROUTE_NOT_FOUND',
      message: 'page not found',
    });
  });
});
