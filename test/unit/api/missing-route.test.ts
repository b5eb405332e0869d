import { describe, expect, test } from 'vitest';

import { missingRoute } from '../../../runtime/api/http/missing-route.ts';

describe('a request that no route takes', () => {
  test.each([
    ['POST', '/build?t=x'],
    ['GET', '/plugins'],
    ['POST', '/swarm/init'],
  ])('%s %s is one of Docker that is still to come', (method, url) => {
    expect(missingRoute(method, url)).toMatchObject({ code: 'API_NOT_IMPLEMENTED' });
  });

  test.each([
    ['POST', '/swarm/leave?force=1', /^This node is not part of a swarm$/],
    ['GET', '/swarm', /^This node is not a swarm manager/],
    ['GET', '/services?filters=x', /^This node is not a swarm manager/],
    ['POST', '/secrets/create', /^This node is not a swarm manager/],
  ])('%s %s is one of a swarm, and berth is in none', (method, url, message) => {
    const error = missingRoute(method, url);
    expect([error.code, message.test(error.message)]).toEqual(['API_NO_SWARM', true]);
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
